// Bytes: a reader that refuses what is cut short, and the few things one does with bytes.
// docs/spec/statement.md, "Conventions".

/** What a malformed input is refused with; the message begins with the name of the field. */
export class Malformed extends Error {}

/** A kind, flag, version or header that a newer program knows: update, do not alarm. */
export class UpdateRequired extends Error {}

/** Throws Malformed unless `condition` holds. */
export function demand(condition, what) {
  if (!condition) throw new Malformed(what);
}

/** @param {Uint8Array} bytes @returns {string} lower case hexadecimal */
export function toHex(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** @param {string} hex @returns {Uint8Array} */
export function fromHex(hex) {
  const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
  if (bytes.length * 2 !== hex.length) throw new Malformed("hexadecimal expected");
  return bytes;
}

/** ASCII text as bytes. */
export const ascii = (text) => Uint8Array.from(Buffer.from(text, "latin1"));

export const equal = (a, b) => Buffer.compare(a, b) === 0;

/** Negative, zero or positive, as bytes are ordered: the shorter of two equal beginnings first. */
export const compare = (a, b) => Buffer.compare(a, b);

export const isZero = (bytes) => bytes.every((byte) => byte === 0);

export function concat(...pieces) {
  return Uint8Array.from(Buffer.concat(pieces));
}

export function u64Bytes(value) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** Demands that `items` ascend strictly by `bytesOf`. */
export function demandAscending(items, what, bytesOf = (item) => item) {
  for (let i = 1; i < items.length; ++i) {
    demand(compare(bytesOf(items[i - 1]), bytesOf(items[i])) < 0, `${what}: not ascending`);
  }
}

/**
 * Reads big-endian fields from the front of some bytes. Every method takes the name of the field
 * first, and throws Malformed when there is less than it needs.
 */
export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get left() {
    return this.bytes.length - this.at;
  }

  /** The next `count` bytes; a view, not a copy. */
  take(field, count) {
    demand(count <= this.left, `${field}: ${count} bytes expected, ${this.left} left`);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  u8(field) {
    return this.take(field, 1)[0];
  }

  u16(field) {
    const bytes = this.take(field, 2);
    return bytes[0] * 256 + bytes[1];
  }

  u32(field) {
    const bytes = this.take(field, 4);
    return ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0;
  }

  /** A BigInt: positions and times may be beyond what a number holds exactly. */
  u64(field) {
    const bytes = this.take(field, 8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
  }

  flag(field) {
    return this.oneOf(field, this.u8(field), 0, 1) === 1;
  }

  ordinal(field, value) {
    demand(value >= 1, `${field}: 0, counted from 1`);
    return value;
  }

  oneOf(field, value, least, most) {
    demand(value >= least && value <= most, `${field}: ${value}, not ${least} to ${most}`);
    return value;
  }

  /** A count or length of `width` bytes within its limits. */
  count(field, width, least, most) {
    const value = width === 1 ? this.u8(field) : width === 2 ? this.u16(field) : this.u32(field);
    return this.oneOf(field, value, least, most);
  }

  /** `opaque field<uN; least..most>` */
  opaque(field, width, least, most) {
    return this.take(field, this.count(field, width, least, most));
  }

  /** `T field<n: uN; least..most>`; `read` is called once per element. */
  list(field, width, least, most, read) {
    const items = [];
    const count = this.count(field, width, least, most);
    for (let i = 0; i < count; ++i) items.push(read(this));
    return items;
  }

  end(field) {
    demand(this.left === 0, `${field}: ${this.left} bytes left over`);
  }
}
