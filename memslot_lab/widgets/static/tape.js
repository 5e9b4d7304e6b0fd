// A tape, decoded: the state after any frame, forward and back. Pure: no document here.
// HIGHEST GFN FIRST: memslots[0], the front, holds the highest GFN.

const VERSION = 1;
const EVERY = 64; // frames between two copies of the state, so that a jump back is quick

export const MEMSLOTS = 0;
export const ID_TO_INDEX = 1;
export const USED_SLOTS = 2;
export const BEFORE_ARRAY = 4;
const WARNING = 3;
const LEN_MEMSLOTS = 5;
const LEN_ID_TO_INDEX = 6;

/** @param {unknown} truth @param {string} trouble */
function need(truth, trouble) {
  if (!truth) throw new Error(trouble);
}

/** A number as Python writes it: `0x5a`. @param {number} number */
export function hex(number) {
  return number < 0 ? `-0x${(-number).toString(16)}` : `0x${number.toString(16)}`;
}

/** One row of a tape: a slot, or the text of what is no slot. */
export function slotOf(row) {
  if (!Array.isArray(row)) return { text: String(row) };
  const [id, gfn, npages, flags] = row;
  return { id, gfn, npages, flags };
}

/** Fill in a template: `{0}`, `{1:#x}`, and doubled braces for braces. */
export function sentenceOf([template = "", ...args] = []) {
  const fill = (all, n, asHex) => {
    if (n === undefined) return all[0];
    return asHex && typeof args[n] === "number" ? hex(args[n]) : String(args[n]);
  };
  return template.replace(/\{\{|\}\}|\{(\d+)(:#x)?\}/g, fill);
}

/** A place as it stands in the code: `memslots[2]`, `used_slots`. */
export function placeName(table, place) {
  return table === USED_SLOTS ? "used_slots" : `${["memslots", "id_to_index"][table]}[${place}]`;
}

function resize(entries, length, blank) {
  while (entries.length < length) entries.push(blank);
  entries.length = length;
}

function put(entries, place, value, blank) {
  if (place >= entries.length) resize(entries, place + 1, blank);
  entries[place] = value;
}

/** The array and its surroundings after one frame. */
class State {
  constructor(tape) {
    const { memslots, id_to_index, used_slots, before_array = null } = tape.start;
    this.memslots = [...memslots];
    this.idToIndex = [...id_to_index];
    resize(this.memslots, Math.max(tape.capacity, memslots.length), null);
    resize(this.idToIndex, Math.max(tape.capacity, id_to_index.length), -1);
    this.usedSlots = used_slots;
    this.beforeArray = before_array;
    Object.assign(this, { f: 0, d: 0, line: 0, hole: null, step: -1, stored: false });
    Object.assign(this, { shifts: 0, compares: 0, reads: 0, writes: 0 });
    Object.assign(this, { locals: {}, warnings: [...(tape.start.warnings ?? [])], stack: [] });
  }

  copy() {
    const { memslots, idToIndex, locals, warnings, stack } = this;
    const lists = { memslots: [...memslots], idToIndex: [...idToIndex], warnings: [...warnings], stack: [...stack] };
    return Object.assign(Object.create(State.prototype), this, lists, { locals: { ...locals } });
  }

  /** How many entries `used_slots` takes in; all where it is no such number. */
  get used() {
    const { usedSlots: used, memslots } = this;
    return Number.isInteger(used) && used >= 0 && used <= memslots.length ? used : this.written;
  }

  /** Index behind the last entry that was ever written. */
  get written() {
    return this.memslots.findLastIndex((row) => row !== null) + 1;
  }

  play(frame, hand) {
    this.step += 1;
    if (frame.f !== undefined) this.f = frame.f;
    if (frame.d !== undefined) this.d = frame.d;
    if (frame.n !== undefined) this.line = frame.n;
    if (frame.h !== undefined) this.hole = frame.h;
    this.stack.length = Math.min(this.stack.length, this.d);
    this.stack[this.d] = this.f;
    this.keepLocals(frame);
    this.reads += frame.r?.length ?? 0;
    for (const write of frame.w ?? []) this.write(write, hand);
    for (const [operator] of frame.c ?? []) this.compares += operator !== "==" && operator !== "!=";
  }

  keepLocals({ k, d, v }) {
    if (d !== undefined || k === "call") this.locals = {};
    for (const [name, value] of Object.entries(v ?? {})) {
      if (value === null) delete this.locals[name];
      else this.locals[name] = value;
    }
  }

  write([table, place, value, origin], hand) {
    if (table === MEMSLOTS) put(this.memslots, place, value, null);
    else if (table === ID_TO_INDEX) put(this.idToIndex, place, value, -1);
    else if (table === USED_SLOTS) this.usedSlots = value;
    else if (table === WARNING) put(this.warnings, place, value, "");
    else if (table === BEFORE_ARRAY) this.beforeArray = value;
    else if (table === LEN_MEMSLOTS) resize(this.memslots, value, null);
    else if (table === LEN_ID_TO_INDEX) resize(this.idToIndex, value, -1);
    this.writes += 1;
    this.shifts += table === MEMSLOTS && origin !== undefined;
    if (hand !== null && value === hand && (table === MEMSLOTS || table === BEFORE_ARRAY)) this.stored = true;
  }
}

/** Frames, and the state after each. */
class Tape {
  constructor(data) {
    const { frames, rows, functions, start, hand = null, title = "" } = data;
    need(Array.isArray(frames) && frames.length, "it has no frames");
    need(Array.isArray(rows) && Array.isArray(functions) && functions.length, "it has no rows or no functions");
    need(Array.isArray(start?.memslots) && Array.isArray(start.id_to_index), "it has no start");
    Object.assign(this, { frames, functions, hand, start, title: String(title) });
    this.capacity = data.capacity ?? 0;
    this.says = data.says ?? [];
    this.hex = data.hex ?? [];
    this.rows = rows.map(slotOf);
    this.check();
    this.survey();
  }

  get length() {
    return this.frames.length;
  }

  check() {
    const cells = [...this.start.memslots, this.start.before_array ?? null, this.hand];
    this.frames.forEach((frame, k) => {
      need(frame && typeof frame === "object", `frame ${k} is none`);
      need(this.functions[frame.f ?? 0], `frame ${k} names function ${frame.f}, which is not there`);
      need(!frame.s || this.says[frame.s[0]] !== undefined, `frame ${k} names a sentence that is not there`);
      for (const [table, , value] of frame.w ?? []) {
        need(table >= 0 && table <= LEN_ID_TO_INDEX, `frame ${k} writes table ${table}, which is not there`);
        if (table === MEMSLOTS || table === BEFORE_ARRAY) cells.push(value);
      }
    });
    for (const cell of cells) need(cell === null || this.rows[cell], `row ${cell} is not there`);
  }

  /** Walk once from end to end: copies of the state, marks, and all that ever stands in the array. */
  survey() {
    const state = new State(this);
    this.copies = [state.copy()];
    this.writeSteps = []; // frames that write anything
    this.questions = []; // frames that write memslots, id_to_index or used_slots: what can be predicted
    this.borders = []; // frames where another function goes on
    this.ids = new Set(state.idToIndex.flatMap((index, id) => (index === -1 ? [] : [id])));
    this.extent = Math.max(state.written, state.used);
    this.frames.forEach((frame, k) => this.surveyFrame(state, frame, k));
    const own = this.rows[this.hand]?.id;
    if (own !== undefined && own < this.capacity) this.ids.add(own);
    this.now = this.copies[0].copy();
  }

  surveyFrame(state, frame, k) {
    const [f, d] = [state.f, state.d];
    state.play(frame, this.hand);
    const tables = (frame.w ?? []).map(([table]) => table);
    if (tables.some((table) => table <= USED_SLOTS)) this.questions.push(k);
    if (tables.some((table) => table !== WARNING)) this.writeSteps.push(k);
    if (k && (state.f !== f || state.d !== d)) this.borders.push(k);
    for (const [table, place] of frame.w ?? []) {
      if (table === ID_TO_INDEX) this.ids.add(place);
      if (table === MEMSLOTS) this.extent = Math.max(this.extent, place + 1);
    }
    if (tables.includes(USED_SLOTS)) this.extent = Math.max(this.extent, state.used);
    if ((k + 1) % EVERY === 0) this.copies.push(state.copy());
  }

  /** The state after frame `step`; the same object each time, good until the next call. */
  at(step) {
    const copy = this.copies[Math.floor((step + 1) / EVERY)];
    if (step < this.now.step || copy.step > this.now.step) this.now = copy.copy();
    while (this.now.step < step) this.now.play(this.frames[this.now.step + 1], this.hand);
    return this.now;
  }

  /** What happens in a frame, in plain English. */
  sentence(step) {
    const said = this.frames[step].s;
    return said ? sentenceOf([this.says[said[0]], ...said.slice(1)]) : "";
  }

  /** A variable and its value, in words. */
  local([name, value]) {
    return `${name} = ${this.hex.includes(name) && typeof value === "number" ? hex(value) : value}`;
  }

  /** The names of the places that a frame writes. */
  written(step) {
    return (this.frames[step].w ?? []).filter(([table]) => table <= USED_SLOTS).map(([t, place]) => placeName(t, place));
  }
}

/**
 * Read what `Tape.to_json()` gave.
 * @throws {Error} in words for the reader, where it is no tape, one of another version, or a damaged one
 */
export function decode(data) {
  if (data?.format !== "memslot_lab tape") {
    throw new Error("this is no memslot_lab tape; hand over a Tape, or what Tape.to_json() gave");
  }
  if (data.version !== VERSION) {
    const other = `this tape is of version ${data.version}, and this stepper reads version ${VERSION}`;
    throw new Error(`${other}; record it again with this memslot_lab`);
  }
  try {
    return new Tape(data);
  } catch (error) {
    throw new Error(`this tape is damaged: ${error.message}; record it again`);
  }
}
