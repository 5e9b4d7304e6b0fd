// One array, drawn. HIGHEST GFN FIRST: the front, index 0, is at the left, or on top where there is little width.
// Nodes are made once and then updated; what moved is already in its place when it begins to slide.
import { ID_TO_INDEX, MEMSLOTS, USED_SLOTS, hex, placeName } from "./tape.js";

// Pixels that the names of both ends take, and those below which the name of the back takes two lines.
const ENDS = 400;
const TWO_LINES = 340;
// Entries that are shown all at once: 32 slots, the new one and a stale one.
const WHOLE = 34;
// Okabe-Ito without black; an id is always printed beside its colour.
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b3a600"];
const MARKS = { written: "written", read: "read", compared: "compare", differs: "differs" };
const SIGNS = { written: "✎ ", read: "◦ ", differs: "≠ " }; // where there is no room for the word

export const colourOf = (id) => COLOURS[id % COLOURS.length];

/** Make an element. @returns {HTMLElement} */
export function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

/** Set an element's text, where it differs from what was set before. */
export function say(node, text) {
  if (node.said === text) return;
  node.said = text;
  node.textContent = text;
}

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Let a node slide to where it already is, from `x`, `y` pixels away. */
function slide(node, x, y, ms) {
  for (const old of node.getAnimations()) old.cancel();
  if (!ms || still()) return;
  node.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], { duration: ms, easing: "ease-out" });
}

const clamp = (value, low, high) => Math.max(low, Math.min(value, high));

/** A slot in a few words. */
function slotWords(row) {
  if (!row) return "never written";
  if (row.text !== undefined) return `${row.text}, no slot`;
  return `slot ${row.id}, GFN ${hex(row.gfn)}, ${hex(row.npages)} pages`;
}

/** Make what can be predicted a button, named by its text, or plain again. */
function offer(node, on, cell) {
  node.dataset.cell = cell;
  if (!on) ["role", "tabindex", "data-pick"].forEach((name) => node.removeAttribute(name));
  else {
    node.setAttribute("role", "button");
    node.tabIndex = 0;
    node.dataset.pick = "";
  }
}

export class Scene {
  /**
   * @param {ReturnType<import("./tape.js").decode>} tape
   * @param {(table: number, place: number) => void} pick  called with the cell that a learner chose
   */
  constructor(tape, pick = () => {}) {
    Object.assign(this, { tape, pick, asking: false, asTable: false, width: 0, turned: false });
    this.windowed = tape.extent > WHOLE;
    this.longest = Math.max(1, ...tape.rows.map((row) => (row.text === undefined ? hex(row.gfn).length : 6)));
    this.root = make("div", "lm-scene");
    this.build();
    this.root.addEventListener("click", (event) => this.choose(event.target.closest("[data-pick]")));
    this.resize(800);
  }

  choose(node) {
    if (node && this.asking) this.pick(node.table, node.table === MEMSLOTS ? this.low + node.place : node.place);
  }

  build() {
    this.front = make("span");
    this.back = make("span");
    this.ends = make("div", "lm-ends");
    this.ends.append(this.front, this.back);
    this.hand = make("div", "lm-hand");
    this.handName = this.hand.appendChild(make("b"));
    this.handNote = this.hand.appendChild(make("span"));
    this.pointer = make("div", "lm-pointer");
    this.lane = make("div", "lm-lane");
    this.lane.append(this.pointer, this.hand);
    this.array = make("div", "lm-array");
    this.fence = Object.assign(make("div", "lm-fence"), { table: USED_SLOTS, place: 0 });
    this.fenceText = this.fence.appendChild(make("span"));
    this.stage = make("div", "lm-stage");
    this.stage.append(this.lane, this.array);
    this.ids = make("div", "lm-ids");
    this.alerts = make("div", "lm-alerts");
    this.notes = make("div", "lm-notes");
    this.picture = make("div", "lm-picture");
    if (this.windowed) this.picture.append(this.buildOverview());
    this.picture.append(this.ends, this.stage, this.ids, this.alerts, this.notes);
    this.list = make("div", "lm-tables");
    this.list.setAttribute("role", "group");
    this.list.setAttribute("aria-label", "the state as tables");
    this.list.hidden = true;
    this.root.append(this.picture, this.list);
    this.places = [];
    this.cells = new Map();
  }

  buildOverview() {
    const row = make("div", "lm-overview");
    this.strip = make("canvas");
    this.strip.setAttribute("role", "img");
    this.strip.addEventListener("click", ({ offsetX }) => {
      const middle = Math.floor((offsetX / this.strip.clientWidth) * this.tape.extent);
      this.lookAt(middle - (this.count >> 1));
    });
    const turn = (text, name, by) => {
      const button = make("button", "lm-small", text);
      button.type = "button";
      button.setAttribute("aria-label", name);
      button.addEventListener("click", () => this.turn(by));
      return button;
    };
    row.append(turn("◀", "show entries nearer the front", -1), this.strip, turn("▶", "show entries nearer the back", 1));
    return row;
  }

  /** Look at other entries than those around the action, until the next step. */
  turn(by) {
    this.lookAt(this.low + by * Math.ceil(this.count / 2));
  }

  lookAt(low) {
    this.low = clamp(low, 0, this.tape.extent - this.count);
    this.turned = true;
    this.draw();
  }

  /** Lay out for a width in pixels. */
  resize(width) {
    if (width === this.width) return;
    this.width = width;
    const all = this.windowed ? 24 : Math.max(this.tape.extent, 1);
    const pitch = (width - 14) / all;
    this.tall = pitch < 27 || (width < 480 && all > 4);
    this.count = this.windowed ? (this.tall ? 16 : 24) : all;
    this.pitch = this.tall ? (this.count > 16 ? 22 : 26) : Math.floor(Math.min(pitch, 104));
    this.gap = this.tall ? (width < TWO_LINES ? 38 : 24) : 12;
    const upright = !this.tall && this.pitch < this.longest * 6 + 5;
    this.root.classList.toggle("lm-upright", upright);
    this.root.classList.toggle("lm-tall", this.tall);
    this.root.classList.toggle("lm-dense", !this.tall && this.pitch < 66);
    this.root.style.setProperty("--lm-pitch", `${this.pitch}px`);
    this.root.style.setProperty("--lm-gap", `${this.gap}px`);
    this.low = clamp(this.low ?? 0, 0, Math.max(0, this.tape.extent - this.count));
    this.buildPlaces();
    if (this.state) this.draw();
  }

  /** The width that the picture asks for. */
  get natural() {
    return this.windowed ? 1e4 : Math.max(this.tape.extent * 104 + 14, 520);
  }

  buildPlaces() {
    this.places = Array.from({ length: this.count }, (_, place) => {
      const node = Object.assign(make("div", "lm-place"), { table: MEMSLOTS, place });
      node.append(make("span", "lm-unseen", "memslots"));
      const parts = { index: "lm-index", card: "lm-card", mark: "lm-mark" };
      for (const [name, cls] of Object.entries(parts)) node[name] = node.appendChild(make("span", cls));
      for (const name of ["word", "label", "gfn", "size"]) node[name] = node.card.appendChild(make("span", `lm-${name}`));
      return node;
    });
    this.array.replaceChildren(...this.places, this.fence);
    this.fenceAt = undefined;
  }

  /** Pixels from the start of the array to a place in the window. */
  offset(place) {
    return place * this.pitch + (place >= this.state.used - this.low ? this.gap : 0);
  }

  /**
   * Show a state.
   * @param {object} state  from `tape.at()`
   * @param {{frame: object, undone?: object, ms?: number, differs?: object}} how  the frame that led here, the frame
   *   that was taken back, how long a slot slides, and the places that differ from another run
   */
  show(state, how) {
    Object.assign(this, { state, how, turned: false });
    this.draw();
    if (how.ms) this.move(how);
  }

  draw() {
    const { how } = this;
    this.marks = this.marksOf(how.frame, how.differs);
    if (!this.turned) this.follow(how.frame);
    this.drawPlaces();
    this.drawFence();
    this.drawHand(how.frame);
    this.drawEnds();
    this.drawIds();
    this.drawNotes();
    if (this.windowed) this.drawOverview();
    if (this.asTable) this.drawTables();
    this.root.classList.toggle("lm-asking", this.asking);
  }

  marksOf(frame, differs = {}) {
    const marks = { [MEMSLOTS]: new Map(), [ID_TO_INDEX]: new Map(), [USED_SLOTS]: new Map() };
    for (const [table, place] of frame.r ?? []) marks[table]?.set(place, "read");
    for (const [, ...rows] of frame.c ?? []) {
      const index = rows.slice(0, 2).map((row) => this.nearest(row)).find((i) => i >= 0);
      if (index !== undefined) marks[MEMSLOTS].set(index, "compared");
    }
    for (const [table, place] of frame.w ?? []) marks[table]?.set(place, "written");
    // Where two runs part, that is the news, whatever else is done there.
    for (const table of Object.keys(marks)) for (const place of differs[table] ?? []) marks[table].set(place, "differs");
    return marks;
  }

  /** The index of a row, the one beside the hole if it stands there twice; never of the slot in the hand. */
  nearest(row) {
    if (row === null || row === this.tape.hand) return -1;
    const { memslots, hole } = this.state;
    if (hole !== null) for (const i of [hole - 1, hole + 1]) if (memslots[i] === row) return i;
    return memslots.indexOf(row);
  }

  /** Move the window, if the action has left it. */
  follow({ w = [], r = [] }) {
    if (!this.windowed) return;
    const touched = [...w, ...r].filter(([table]) => table === MEMSLOTS).map(([, place]) => place);
    const action = touched[0] ?? this.state.hole ?? (w.some(([t]) => t === USED_SLOTS) ? this.state.used - 1 : null);
    if (action === null || (action >= this.low + 2 && action < this.low + this.count - 2)) return;
    this.low = clamp(action - (this.count >> 1), 0, this.tape.extent - this.count);
  }

  drawPlaces() {
    const { state, tape, marks, low } = this;
    this.places.forEach((node, place) => {
      const i = low + place;
      const row = tape.rows[state.memslots[i]];
      const kind = this.kindOf(i, row);
      const mark = marks[MEMSLOTS].get(i) ?? "";
      const key = `${i} ${state.memslots[i]} ${kind} ${mark} ${this.asking}`;
      if (node.key === key) return;
      node.key = key;
      this.drawPlace(node, i, row, kind, mark);
    });
  }

  kindOf(i, row) {
    if (i >= this.state.memslots.length) return "lm-none";
    if (i === this.state.hole && !this.state.stored) return "lm-hole";
    if (!row) return "lm-never";
    return i >= this.state.used ? "lm-stale" : "";
  }

  drawPlace(node, i, row, kind, mark) {
    node.className = `lm-place ${kind} ${mark && `lm-${mark}`} ${row?.text === undefined ? "" : "lm-foreign"}`;
    say(node.index, String(i));
    say(node.mark, MARKS[mark] ?? { "lm-hole": "hole", "lm-stale": "stale", "lm-none": "gone" }[kind] ?? "");
    const slot = row && row.text === undefined;
    node.card.style.setProperty("--lm-colour", slot ? colourOf(row.id) : "#888888");
    say(node.word, slot ? "slot" : "");
    say(node.label, slot ? String(row.id) : row ? row.text : "·");
    say(node.gfn, slot ? hex(row.gfn) : "");
    say(node.size, slot ? this.sizeOf(row) : "");
    offer(node, this.asking && kind !== "lm-none", placeName(MEMSLOTS, i));
  }

  sizeOf({ npages }) {
    const text = `${hex(npages)} pages`;
    return text.length * 6.7 + 8 > this.pitch ? `+${hex(npages)}` : text;
  }

  drawFence() {
    const { state, low, count } = this;
    const at = state.used - low;
    const text = `used_slots = ${state.usedSlots}`;
    const fenced = this.tall ? `BACK · lowest GFN · ${text.replaceAll(" ", "\u00a0")}` : text;
    this.fence.hidden = at < 0 || at > count;
    this.fence.classList.toggle("lm-bad", state.used !== state.usedSlots);
    const marked = this.marks[USED_SLOTS].get(0);
    for (const mark of Object.keys(SIGNS)) this.fence.classList.toggle(`lm-${mark}`, marked === mark);
    say(this.fenceText, `${SIGNS[marked] ?? ""}${fenced}`);
    offer(this.fence, this.asking, placeName(USED_SLOTS));
    if (this.fenceAt === `${at} ${this.tall}`) return;
    this.fenceAt = `${at} ${this.tall}`;
    const px = at * this.pitch + this.gap / 2;
    this.fence.style.transform = this.tall ? `translateY(${at * this.pitch + 1}px)` : `translateX(${px - 1}px)`;
    const label = clamp(px, 60, Math.max(60, this.width - 70)) - px;
    this.fenceText.style.transform = this.tall ? "" : `translateX(calc(${label}px - 50%))`;
    this.places.forEach((node, place) => {
      const shift = place >= at ? this.gap : 0;
      node.style.transform = this.tall ? `translateY(${shift}px)` : `translateX(${shift}px)`;
    });
  }

  drawHand(frame) {
    const { state, tape, hand } = this;
    const row = tape.rows[tape.hand];
    this.lane.hidden = !row;
    if (!row) return;
    const away = row.text === undefined && row.npages ? `slot ${row.id} · ${hex(row.gfn)}` : `slot ${row.id} · blank`;
    const where = state.memslots.includes(tape.hand) ? "is stored" : "is not in the array";
    say(this.handName, state.stored ? `slot ${row.id} ${where}` : `${this.tall ? "" : "in hand: "}${away}`);
    const meanwhile = this.compared(frame) ?? (this.tall ? "in hand, not in the array" : "not in the array yet");
    say(this.handNote, state.stored ? "the hand is empty" : meanwhile);
    hand.classList.toggle("lm-empty", state.stored);
    hand.style.setProperty("--lm-colour", row.id === undefined ? "#888888" : colourOf(row.id));
    const place = state.stored || state.hole === null ? -1 : state.hole - this.low;
    const over = place >= 0 && place < this.count;
    this.pointer.hidden = !over;
    const middle = this.offset(over ? place : this.count) + this.pitch / 2;
    const size = this.tall ? 72 : Math.max(this.handName.said.length * 8 + 24, 150);
    const end = this.tall ? this.offset(this.count) : this.width;
    const aside = this.tall ? 0 : middle;
    const at = clamp(over ? middle - size / 2 : aside, 0, Math.max(0, end - size - 2));
    hand.style.width = this.tall ? "" : `${size}px`;
    const move = (px) => (this.tall ? `translateY(${px}px)` : `translateX(${px}px)`);
    hand.style.transform = move(at);
    if (over) this.pointer.style.transform = move(middle - 6);
  }

  /** The last comparison of a frame, in signs. */
  compared({ c = [] }) {
    const last = c.at(-1);
    if (!last) return null;
    const [one, other] = (last[4] ?? last.slice(1, 3).map((row) => this.tape.rows[row].gfn)).map(hex);
    return `${one} ${last[0]} ${other}: ${last[3] ? "yes" : "no"}`;
  }

  drawEnds() {
    const { low, count, state } = this;
    const behind = state.used - low - count;
    const [toFront, toBack] = this.tall ? ["▲", "▼"] : ["◀", "▶"];
    say(this.front, `${toFront} ${low ? `${low} more to the FRONT` : "FRONT · index 0 · highest GFN"}`);
    const end = this.tall ? "" : `BACK · lowest GFN ${toBack}`;
    say(this.back, behind > 0 ? `${behind} more to the BACK ${toBack}` : end);
    const px = this.offset(clamp(state.used - low, 0, count)) - 4;
    this.ends.style.width = this.tall ? "" : `${clamp(px, Math.min(ENDS, this.width), this.width)}px`;
  }

  /** The ids that are shown: all that matter in a small array, those of the window in a large one. */
  shownIds() {
    const { tape, state } = this;
    if (!this.windowed) return [...tape.ids].sort((a, b) => a - b);
    const ids = new Set(this.places.map((_, place) => tape.rows[state.memslots[this.low + place]]?.id));
    ids.add(tape.rows[tape.hand]?.id);
    for (const id of this.marks[ID_TO_INDEX].keys()) ids.add(id);
    return [...ids].filter((id) => id >= 0 && id < state.idToIndex.length).sort((a, b) => a - b);
  }

  drawIds() {
    const shown = this.shownIds();
    const key = shown.join();
    if (this.idKey !== key) {
      this.idKey = key;
      this.layIds(shown);
    }
    for (const node of this.idCells) this.drawId(node);
  }

  layIds(shown) {
    const title = make("span", "lm-tablename", "id_to_index");
    this.idCells = shown.map((id, n) => this.idCell(n, id));
    const rest = shown.length < this.tape.capacity ? (shown.length ? "all others −1" : "all −1") : "";
    const words = this.windowed ? "ids of the entries shown and those touched" : rest;
    this.ids.replaceChildren(title, ...this.idCells, make("span", "lm-rest", words));
  }

  /** The nth cell, from those made before where there is one. */
  idCell(n, id) {
    let node = this.cells.get(n);
    if (!node) {
      node = Object.assign(make("div", "lm-idcell"), { table: ID_TO_INDEX });
      node.append(make("span", "lm-unseen", "id_to_index"));
      node.name = node.appendChild(make("span", "lm-name"));
      node.value = node.appendChild(make("span", "lm-value"));
      this.cells.set(n, node);
    }
    node.place = id;
    say(node.name, `id ${id}`);
    node.style.setProperty("--lm-colour", colourOf(id));
    return node;
  }

  drawId(node) {
    const index = this.state.idToIndex[node.place];
    const mark = this.marks[ID_TO_INDEX].get(node.place) ?? "";
    const key = `${node.place} ${index} ${mark} ${this.asking}`;
    if (node.key === key) return;
    node.key = key;
    node.className = `lm-idcell ${mark && `lm-${mark}`} ${index === -1 ? "lm-absent" : ""}`;
    say(node.value, (SIGNS[mark] ?? "") + (index === undefined ? "gone" : String(index).replace("-", "−")));
    offer(node, this.asking, placeName(ID_TO_INDEX, node.place));
  }

  drawNotes() {
    const { state, tape } = this;
    const written = Math.max(state.written, state.used);
    const alerts = state.warnings.filter(Boolean).map((site) => `⚠ the kernel would warn here: ${site}`);
    if (state.beforeArray !== null) {
      alerts.push(`⚠ in front of the array, at index −1: ${slotWords(tape.rows[state.beforeArray])}`);
    }
    if (state.used !== state.usedSlots) alerts.push(`⚠ used_slots is ${state.usedSlots}`);
    say(this.alerts, alerts.join("\n"));
    const last = state.memslots.length - 1;
    const places = `memslots[${written}]${written < last ? `..[${last}]` : ""}`;
    say(this.notes, written <= last ? `${places} never written` : "");
  }

  /** All entries as thin bars, the window marked. */
  drawOverview() {
    const { strip, state, tape, low, count } = this;
    const width = Math.max(120, this.width - 84);
    const ratio = globalThis.devicePixelRatio || 1;
    if (strip.width !== Math.round(width * ratio)) {
      Object.assign(strip, { width: Math.round(width * ratio), height: Math.round(26 * ratio) });
      strip.style.width = `${width}px`;
    }
    const pen = strip.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, 26);
    const bar = width / Math.max(tape.extent, 1);
    for (let i = 0; i < tape.extent; i++) {
      const row = tape.rows[state.memslots[i]];
      if (!row || (i === state.hole && !state.stored)) continue;
      pen.globalAlpha = i >= state.used ? 0.3 : 1;
      pen.fillStyle = row.id === undefined ? "#888888" : colourOf(row.id);
      pen.fillRect(i * bar, 6, Math.max(bar - (bar > 3 ? 1 : 0.3), 0.7), 14);
    }
    pen.globalAlpha = 1;
    pen.strokeStyle = pen.fillStyle = "#808080";
    pen.lineWidth = 2;
    pen.strokeRect(low * bar + 1, 1, count * bar - 2, 24);
    pen.fillRect(state.used * bar - 1, 3, 2, 20);
    const label = `all ${state.used} entries; shown below: ${low} to ${low + count - 1}; used_slots ${state.usedSlots}`;
    strip.setAttribute("aria-label", label);
  }

  /** Let the slots that a frame shifted slide; back again, if the frame was taken back. */
  move({ frame, undone, ms }) {
    const { hand } = this.tape;
    for (const [table, place, value, origin] of (undone ?? frame).w ?? []) {
      if (table !== MEMSLOTS) continue;
      const node = this.places[(undone ? origin : place) - this.low];
      if (!node) continue;
      if (origin !== undefined) this.slideBetween(node, undone ? place : origin, undone ? origin : place, ms);
      else if (value === hand && !undone) slide(node.card, this.tall ? 200 : 0, this.tall ? 0 : -64, ms);
    }
  }

  slideBetween(node, from, to, ms) {
    const px = this.offset(from - this.low) - this.offset(to - this.low);
    slide(node.card, this.tall ? 0 : px, this.tall ? px : 0, ms);
  }

  /** Ask which cell comes next, or stop asking. */
  ask(on) {
    this.asking = on;
    if (this.state) this.draw();
  }

  /** Show the same state as a table, or the picture again. */
  showTable(on) {
    this.asTable = on;
    this.picture.hidden = on;
    this.list.hidden = !on;
    if (on && this.state) this.drawTables();
  }

  drawTables() {
    this.entries ??= tableOf(this.list, "memslots, highest GFN first", ["index", "slot", "base GFN", "pages", "flags", "note"]);
    this.table ??= tableOf(this.list, "id_to_index", ["id", "index", "note"]);
    const { state, tape, marks } = this;
    const entries = state.memslots.slice(0, Math.max(tape.extent, state.written)).map((row, i) => this.entryCells(i, tape.rows[row]));
    entries.push(["used_slots", String(state.usedSlots), "", "", "", MARKS[marks[USED_SLOTS].get(0)] ?? ""]);
    fill(this.entries, entries);
    const ids = [...tape.ids].sort((a, b) => a - b);
    fill(this.table, ids.map((id) => [id, state.idToIndex[id] ?? "gone", MARKS[marks[ID_TO_INDEX].get(id)] ?? ""]));
    const [entry, id] = [MEMSLOTS, ID_TO_INDEX].map((table) => [...marks[table].keys()].at(-1));
    reveal(this.entries.rows[entry ?? (state.stored ? null : state.hole) ?? -1]);
    reveal(this.table.rows[ids.indexOf(id)]);
  }

  entryCells(i, row) {
    const kind = { "lm-hole": "hole", "lm-stale": "stale", "lm-never": "never written", "lm-none": "gone" };
    const note = [kind[this.kindOf(i, row)], MARKS[this.marks[MEMSLOTS].get(i)]].filter(Boolean).join(", ");
    if (!row || row.text !== undefined) return [i, row?.text ?? "", "", "", "", note];
    return [i, row.id, hex(row.gfn), hex(row.npages), hex(row.flags), note];
  }
}

/** Make a table with a caption and heads; return its body. */
function tableOf(parent, title, heads) {
  const table = make("table", "lm-table");
  table.append(make("caption", "", title));
  const row = table.createTHead().insertRow();
  for (const head of heads) row.append(Object.assign(make("th", "", head), { scope: "col" }));
  const box = parent.appendChild(make("div", "lm-scrolls"));
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", title);
  box.append(table);
  return table.createTBody();
}

/** Scroll a table to one of its rows, where that is out of view. */
function reveal(row) {
  const box = row?.closest(".lm-scrolls");
  if (!box) return;
  const top = row.getBoundingClientRect().top - box.getBoundingClientRect().top;
  if (top < 50 || top > box.clientHeight - 30) box.scrollTop += top - box.clientHeight / 2;
}

/** Write rows of texts into a table's body; only what differs is touched. */
function fill(body, rows) {
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((texts, n) => {
    const row = body.rows[n] ?? body.insertRow();
    const key = texts.join("|");
    if (row.key === key) return;
    row.key = key;
    while (row.cells.length < texts.length) row.append(make(row.cells.length ? "td" : "th"));
    texts.forEach((text, c) => say(row.cells[c], String(text)));
    row.cells[0].scope = "row";
    row.className = texts.at(-1) ? "lm-noted" : "";
  });
}

/** The places at which two states differ, by table. */
export function differences(one, other, rows, otherRows) {
  const entry = (row, table) => (row === null || row === undefined ? "" : JSON.stringify(table[row]));
  const places = { [MEMSLOTS]: [], [ID_TO_INDEX]: [], [USED_SLOTS]: one.usedSlots === other.usedSlots ? [] : [0] };
  for (let i = 0; i < Math.max(one.memslots.length, other.memslots.length); i++) {
    if (entry(one.memslots[i], rows) !== entry(other.memslots[i], otherRows)) places[MEMSLOTS].push(i);
    if (one.idToIndex[i] !== other.idToIndex[i]) places[ID_TO_INDEX].push(i);
  }
  return places;
}
