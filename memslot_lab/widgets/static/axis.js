// The guest-physical address axis. HIGHER ADDRESSES AT THE LEFT, as the array has its front, the highest GFN, there:
// what goes left on the axis goes toward the front.
import { hex } from "./tape.js";
import { colourOf, make, say } from "./scene.js";

export const PAGE = 4096;
const USUAL = 16 * 2 ** 20; // bytes that are shown at first
const WIDEST = 2 ** 52;
const SNAP = 7; // pixels within which a border holds on to what is dragged
const DRAG = 4; // pixels from which on a press is a drag
const LABEL = 84; // pixels for the label of a tick

/** A size in words, in the largest unit that leaves a whole number. */
export function sizeWords(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let [n, unit] = [bytes, 0];
  while (unit < 4 && n >= 1024 && n % 1024 === 0) [n, unit] = [n / 1024, unit + 1];
  return `${n.toLocaleString("en")} ${units[unit]}`;
}

export const rangeWords = (low, size) => `${hex(low)}..${hex(low + size - 1)}`;
const powerBelow = (n) => 2 ** Math.floor(Math.log2(Math.max(n, 1)));
const powerAbove = (n) => 2 ** Math.ceil(Math.log2(Math.max(n, 1)));
const within = (value, low, high) => Math.max(low, Math.min(value, high));

/** Where an address stands, as a share of the axis from its low end, and back; linear between knots. */
class Scale {
  /** @param {[number, number][]} knots  address and share, both rising */
  constructor(knots) {
    this.knots = knots;
  }

  get low() {
    return this.knots[0][0];
  }

  get end() {
    return this.knots.at(-1)[0];
  }

  map(value, from, to) {
    const { knots } = this;
    const i = within(knots.findLastIndex((knot) => knot[from] <= value), 0, knots.length - 2);
    const [a, b] = [knots[i], knots[i + 1]];
    return a[to] + ((value - a[from]) / (b[from] - a[from])) * (b[to] - a[to]);
  }

  share(address) {
    return this.map(address, 0, 1);
  }

  address(share) {
    return this.map(share, 1, 0);
  }
}

/** A scale on which a page and a gigabyte can both be seen: each range between two borders has a width of its own. */
function unevenScale(slots) {
  const top = powerAbove(Math.max(USUAL, ...slots.map((slot) => slot.end)) * 1.01);
  const borders = [...new Set([0, ...slots.flatMap(({ low, end }) => [low, end]), top])].sort((a, b) => a - b);
  const at = [0];
  borders.slice(1).forEach((end, i) => {
    const used = slots.some((slot) => slot.low <= borders[i] && end <= slot.end);
    at.push(at[i] + 1 + (used ? Math.log2((end - borders[i]) / PAGE + 1) / 10 : 0));
  });
  return new Scale(borders.map((address, i) => [address, at[i] / at.at(-1)]));
}

/** The axis with its slots, and what mouse and touch do on it. */
export class Axis {
  /**
   * @param {{create: Function, move: Function, select: Function}} acts  called with what was dragged or pressed
   */
  constructor(acts) {
    Object.assign(this, { acts, slots: [], nodes: new Map(), verdict: {}, selected: null, drag: null, width: 600 });
    this.window = [0, USUAL];
    this.uneven = false;
    this.build();
  }

  build() {
    this.root = make("div", "lm-pg-axis");
    const ends = make("div", "lm-pg-ends");
    this.ends = ends;
    ends.append(make("span"), make("span"));
    this.plot = make("div", "lm-pg-plot");
    this.plot.setAttribute("role", "group");
    this.plot.setAttribute("aria-label", "slots on the guest-physical address axis, highest first");
    this.hint = make("div", "lm-pg-empty", "Drag here to create a slot");
    this.ghost = make("div", "lm-pg-ghost");
    this.ghostText = this.ghost.appendChild(make("span"));
    this.marks = make("div", "lm-pg-marks");
    this.plot.append(this.hint, this.marks, this.ghost);
    this.ticks = make("div", "lm-pg-ticks");
    this.ticks.setAttribute("aria-hidden", "true");
    this.root.append(ends, this.plot, this.ticks);
    for (const name of ["down", "move", "up", "cancel"]) this.plot.addEventListener(`pointer${name}`, (e) => this[name](e));
  }

  // Where things are.

  rescale() {
    const [low, end] = this.window;
    this.scale = this.uneven ? unevenScale(this.slots) : new Scale([[low, 0], [end, 1]]);
  }

  x(address) {
    return (1 - this.scale.share(address)) * this.width;
  }

  /** Bytes in so many pixels around an address. */
  bytes(pixels, address) {
    const share = within(this.scale.share(address), 0, 1);
    const half = pixels / 2 / this.width;
    return this.scale.address(share + half) - this.scale.address(share - half);
  }

  /** The step to which addresses snap here: a power of two that can be seen. */
  grid(address) {
    return Math.max(PAGE, powerBelow(this.bytes(8, address)));
  }

  /** The address for a place in pixels: that of a border nearby, or the next on the grid. */
  snap(x, apart = null) {
    const address = this.scale.address(1 - x / this.width);
    const others = this.slots.filter((slot) => slot.id !== apart);
    const borders = others.flatMap(({ low, end }) => [low, end]);
    const near = borders.find((border) => Math.abs(this.x(border) - x) <= SNAP);
    if (near !== undefined) return near;
    const grid = this.grid(address);
    return Math.max(0, Math.round(address / grid) * grid);
  }

  // The window.

  /** Show all slots, and what was asked for last. */
  fit() {
    const [first, pages] = this.verdict.range ?? [0, 0];
    const asked = pages && first < 2 ** 40 ? (first + pages) * PAGE : 0;
    const end = Math.max(asked, ...this.slots.map((slot) => slot.end), PAGE * 16);
    this.setWindow(0, powerAbove(end * 1.001));
  }

  zoom(by, around = this.middle) {
    const [low, end] = this.window;
    const size = within((end - low) * by, PAGE * 16, WIDEST);
    const step = size / 8;
    this.setWindow(Math.round(Math.max(0, around - size / 2) / step) * step, size);
  }

  /** What zooming keeps in view: the selected slot, or the middle. */
  get middle() {
    const slot = this.slots.find(({ id }) => id === this.selected);
    return slot ? (slot.low + slot.end) / 2 : (this.window[0] + this.window[1]) / 2;
  }

  pan(by) {
    const [low, end] = this.window;
    this.setWindow(Math.max(0, low + by * (end - low)), end - low);
  }

  setWindow(low, size) {
    this.window = [low, low + size];
    this.uneven = false;
    this.draw();
  }

  showUneven(on) {
    this.uneven = on;
    this.draw();
  }

  /** Choose a window in which everything is seen, where the one there is does not do. */
  reveal() {
    const [low, end] = this.window;
    const { range } = this.verdict;
    const asked = range?.[1] && range[0] < 2 ** 40 ? [{ low: range[0] * PAGE, end: (range[0] + range[1]) * PAGE }] : [];
    const outside = [...this.slots, ...asked].some((slot) => slot.low < low || slot.end > end);
    if (this.uneven || !outside) return;
    this.fit();
    if (this.slots.some((slot) => this.x(slot.low) - this.x(slot.end) < 3)) this.uneven = true;
  }

  // What is seen.

  /** Take over slots and verdict. */
  show(slots, verdict) {
    this.slots = slots.map((slot) => {
      const low = slot.base_gfn * PAGE;
      return { ...slot, low, end: low + slot.npages * PAGE };
    });
    this.verdict = verdict ?? {};
    this.rescale();
    this.reveal();
    this.draw();
  }

  resize(width) {
    if (width === this.width || width <= 0) return;
    this.width = width;
    const [high, low] = width < 520 ? ["high", "low"] : ["higher addresses", "lower addresses"];
    say(this.ends.firstChild, `◀ ${high} · FRONT`);
    say(this.ends.lastChild, `${low} · BACK ▶`);
    this.draw();
  }

  draw() {
    this.rescale();
    this.hint.hidden = this.slots.length > 0 || Boolean(this.drag?.moved);
    this.drawSlots();
    this.drawVerdict();
    this.drawGhost();
    this.drawTicks();
  }

  drawSlots() {
    for (const [id, node] of this.nodes) {
      if (this.slots.some((slot) => slot.id === id)) continue;
      node.remove();
      this.nodes.delete(id);
    }
    let room = -Infinity; // right end of the last label beside a thin slot
    for (const slot of this.slots) room = this.drawSlot(slot, room);
    // The order of the keyboard is that of the picture.
    this.slots.forEach(({ id }, i) => {
      const node = this.nodes.get(id);
      const there = this.plot.querySelectorAll(".lm-pg-slot")[i];
      if (there !== node && document.activeElement !== node) this.plot.insertBefore(node, there);
    });
  }

  node(slot) {
    if (!this.nodes.has(slot.id)) {
      const node = make("button", "lm-pg-slot");
      node.type = "button";
      node.slotId = slot.id;
      node.append(make("span", "lm-pg-unseen", "slot "));
      node.parts = ["id", "size", "flag", "more"].map((name) => node.appendChild(make("span", `lm-pg-${name}`)));
      node.parts[3].classList.add("lm-pg-unseen");
      node.addEventListener("focus", () => this.acts.select(slot.id));
      node.style.setProperty("--lm-colour", colourOf(slot.id));
      this.nodes.set(slot.id, node);
      this.plot.append(node);
    }
    return this.nodes.get(slot.id);
  }

  drawSlot(slot, room) {
    const node = this.node(slot);
    const [left, right] = [within(this.x(slot.end), -9, this.width + 9), within(this.x(slot.low), -9, this.width + 9)];
    const width = Math.max(right - left, 3);
    const wide = width >= 22;
    const label = String(slot.id).length * 8 + 6;
    const centre = left + width / 2;
    const above = !wide && centre - label / 2 > room;
    node.style.left = `${left}px`;
    node.style.width = `${width}px`;
    node.hidden = right <= 0 || left >= this.width;
    node.className = `lm-pg-slot ${wide ? "" : "lm-pg-thin"} ${slot.flags & 1 ? "lm-pg-dirty" : ""} ${slot.flags & 2 ? "lm-pg-readonly" : ""}`;
    node.setAttribute("aria-pressed", String(slot.id === this.selected));
    node.title = `slot ${slot.id}: ${slot.words}${slot.flags ? `, ${slot.flag_names}` : ""}`;
    // What does not fit stays for a screen reader.
    const texts = [String(slot.id), sizeWords(slot.end - slot.low), slot.flags ? slot.flag_names : "", slot.words];
    const fits = [wide || above, width >= 62, width >= 76, false];
    node.parts.forEach((part, n) => {
      say(part, texts[n]);
      part.classList.toggle("lm-pg-unseen", !fits[n]);
    });
    return above ? centre + label / 2 : room;
  }

  /** Draw what was refused where it was asked for, hatched where it collides. */
  drawVerdict() {
    this.marks.replaceChildren();
    const { ok, errno, range, overlaps = [] } = this.verdict;
    if (ok !== false || !range?.[1] || this.drag?.moved) return;
    const wanted = this.mark("lm-pg-refused", range[0] * PAGE, range[1] * PAGE);
    if (!wanted) return;
    wanted.append(make("span", "", `✕ ${errno}`));
    for (const [gfn, pages] of overlaps) this.mark("lm-pg-clash", gfn * PAGE, pages * PAGE);
  }

  mark(name, low, size) {
    const [left, right] = [within(this.x(low + size), -4, this.width + 4), within(this.x(low), -4, this.width + 4)];
    if (right <= 0 || left >= this.width) return null;
    const node = this.marks.appendChild(make("div", name));
    Object.assign(node.style, { left: `${left}px`, width: `${Math.max(right - left, 4)}px` });
    if (left > this.width - 90) node.classList.add("lm-pg-atend");
    return node;
  }

  drawGhost() {
    const { drag } = this;
    this.ghost.hidden = !drag?.moved;
    if (!drag?.moved) return;
    const [left, right] = [this.x(drag.low + drag.size), this.x(drag.low)];
    const name = drag.slot ? `slot ${drag.slot.id}` : "new slot";
    const text = drag.size ? `${name}: ${rangeWords(drag.low, drag.size)} (${sizeWords(drag.size)})` : name;
    Object.assign(this.ghost.style, { left: `${left}px`, width: `${Math.max(right - left, 2)}px` });
    this.ghost.style.setProperty("--lm-colour", drag.slot ? colourOf(drag.slot.id) : "#888888");
    say(this.ghostText, text);
    const half = Math.min(text.length * 3.4 + 10, this.width / 2);
    this.ghostText.style.left = `${within((left + right) / 2, half, this.width - half) - left}px`;
  }

  drawTicks() {
    this.ticks.replaceChildren();
    let last = Infinity;
    for (const address of this.tickAddresses()) {
      const x = this.x(address);
      const at = within(x, 34, this.width - 34);
      if (x < -1 || x > this.width + 1 || last - at < LABEL) continue;
      last = at;
      const tick = this.ticks.appendChild(make("div", "lm-pg-tick"));
      tick.append(make("b", "", hex(address)), make("span", "", `gfn ${hex(address / PAGE)}`));
      tick.style.left = `${at}px`;
      tick.style.setProperty("--lm-off", `${x - at}px`);
    }
  }

  /** Addresses to name, lowest first. */
  tickAddresses() {
    if (this.uneven) return this.scale.knots.map(([address]) => address);
    const [low, end] = this.window;
    const step = Math.max(PAGE, powerAbove(((end - low) / this.width) * LABEL));
    const count = Math.floor(end / step) - Math.ceil(low / step) + 1;
    return Array.from({ length: count }, (_, i) => (Math.ceil(low / step) + i) * step);
  }

  /** The window in words. */
  get words() {
    if (this.uneven) return "not to scale: every range has room for its label";
    const [low, end] = this.window;
    return `${rangeWords(low, end - low)} (${sizeWords(end - low)}), to scale; snaps to ${sizeWords(this.grid(low))}`;
  }

  // Mouse, pen and touch.

  down(event) {
    if (event.button || this.drag) return;
    const id = event.target.closest(".lm-pg-slot")?.slotId;
    const slot = this.slots.find((each) => each.id === id) ?? null;
    const x = event.clientX - this.plot.getBoundingClientRect().left;
    this.drag = { slot, from: x, pointer: event.pointerId, moved: false, low: 0, size: 0 };
    if (slot) this.acts.select(slot.id);
    this.plot.setPointerCapture(event.pointerId);
  }

  move(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    const x = within(event.clientX - this.plot.getBoundingClientRect().left, 0, this.width);
    if (!drag.moved && Math.abs(x - drag.from) < DRAG) return;
    drag.moved = true;
    if (drag.slot) this.dragSlot(drag, x - drag.from);
    else this.dragRange(drag, x);
    this.draw();
  }

  dragSlot(drag, by) {
    const { slot } = drag;
    drag.size = slot.end - slot.low;
    const low = this.snap(this.x(slot.low) + by, slot.id);
    const end = this.snap(this.x(slot.end) + by, slot.id);
    const held = this.slots.some((each) => each.id !== slot.id && (each.low === end || each.end === end));
    drag.low = held && end >= drag.size ? end - drag.size : low;
  }

  dragRange(drag, x) {
    const [one, other] = [this.snap(drag.from), this.snap(x)];
    drag.low = Math.min(one, other);
    drag.size = Math.abs(one - other);
  }

  up(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    this.cancel();
    if (!drag.moved) return drag.slot ? undefined : this.acts.select(null);
    if (drag.slot && drag.low !== drag.slot.low) this.acts.move(drag.slot.id, drag.low);
    if (!drag.slot && drag.size) this.acts.create(drag.low, drag.size);
  }

  /** End a drag without a request. */
  cancel() {
    this.drag = null;
    this.draw();
  }
}
