// What a transcript expects, held against what was printed. Codes, times, hashes and sizes of
// the log differ from run to run: the first time a transcript names one it is bound to what was
// printed there, and from then on it must be that one.

const kVariable = new RegExp(
  [
    /\b[a-z]+-[a-z]+-\d{2}(?!\d)/, // Case code.
    /\b[a-z]+-\d{4}(?!\d)/, // Member code.
    /\b[0-9a-f]{16,64}\b/, // Ids and hashes.
    /\b\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/, // Times of the log.
    /#\d+/, // Positions.
    /\b\d+ entries/, // Size of the log.
    /…/, // Whatever the line says from here.
  ]
    .map((part) => part.source)
    .join('|'),
  'g',
);

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export class Bindings {
  #actual = new Map();

  // The text with every bound variable replaced by what it stands for.
  fill(text) {
    return text.replace(kVariable, (word) => this.#actual.get(word) ?? word);
  }

  bind(word, actual) {
    this.#actual.set(word, actual);
  }

  // Whether `line` is what `expected` says; binds what it names for the first time.
  matches(expected, line) {
    const names = [];
    let pattern = '';
    let at = 0;
    for (const found of expected.matchAll(kVariable)) {
      pattern += escape(expected.slice(at, found.index));
      at = found.index + found[0].length;
      pattern += this.#part(found[0], names);
    }
    pattern += escape(expected.slice(at));
    const match = new RegExp(`^${pattern}$`).exec(line);
    if (!match) return false;
    names.forEach((name, i) => this.#actual.set(name, match[i + 1]));
    return true;
  }

  #part(word, names) {
    if (word === '…') return '.*';
    if (/ UTC$/.test(word)) return '\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2} UTC';
    if (/^#|entries$/.test(word)) return word.replace(/\d+/, '\\d+');
    if (this.#actual.has(word)) return escape(this.#actual.get(word));
    if (names.includes(word)) return `\\${names.indexOf(word) + 1}`;
    names.push(word);
    if (/^[0-9a-f]{16,64}$/.test(word)) return `([0-9a-f]{${word.length}})`;
    return /^[a-z]+-\d{4}$/.test(word) ? '([a-z]+-\\d{4})' : '([a-z]+-[a-z]+-\\d{2})';
  }
}
