// A page's tape is small since a loop says nearly the same each time round: watch/page.py keeps, of each frame, only
// how its numbers differ from those of the last frame on that line.

/** Add numbers to the numbers that stand at the same place; anything else stays as it is. */
function sum(value, past) {
  if (Array.isArray(value)) return value.map((each, i) => sum(each, Array.isArray(past) ? past[i] : undefined));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, sum(each, past?.[key])]));
  }
  return typeof value === "number" && typeof past === "number" ? value + past : value;
}

/** Give a tape back its frames. */
export function unpack(tape) {
  if (!tape?.packed) return tape;
  const { packed, ...rest } = tape;
  const last = new Map();
  let line = 0;
  const frames = packed.map(({ n, ...frame }) => {
    line = n ?? line;
    const whole = sum(frame, last.get(line));
    last.set(line, whole);
    return n === undefined ? whole : { n, ...whole };
  });
  return { ...rest, frames };
}
