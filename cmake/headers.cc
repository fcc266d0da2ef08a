// A precompiled header needs a target, and that a source.
