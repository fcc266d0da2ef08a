// Random choices that one number repeats: AMPARO_SEED=N.

export const seed = Number(process.env.AMPARO_SEED ?? Date.now() % 2 ** 31);
console.log(`seed ${seed}`);

// Mulberry32. At least 0, below 1.
let state = seed >>> 0;
export function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
