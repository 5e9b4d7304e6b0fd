// Play with the memory of a virtual machine. Every verdict comes from Python; here is only what is seen and pressed.
import { Axis, PAGE, rangeWords, sizeWords } from "./axis.js";
import { PlainModel } from "./model.js";
import { make, say, still } from "./scene.js";
import { renderStepper } from "./stepper.js";

const PATIENCE = 4000; // milliseconds after which an answer is missed
const MOST_WAITING = 2; // answers that held keys do not outrun
const WATCH = 4; // the speed at which a change plays
const LONGEST_PLAY = 120; // frames; a longer tape is shown at its end, to be stepped by hand

const PLAY_KEYS = [
  ["Tab", "to the next slot, which selects it"],
  ["← / →", "move the selected slot one grid step to higher / lower addresses; with Shift 16 steps"],
  ["n", "new slot: type its values"],
  ["Enter", "type exact values for the selected slot, or a new one"],
  ["Delete", "delete the selected slot"],
  ["d", "dirty logging on or off"],
  ["i", "another id"],
  ["u / r", "undo / redo (also Ctrl+Z, Ctrl+Y)"],
  ["+ / − / f", "zoom in / out / fit everything in"],
  ["s", "to scale, or not"],
  ["Esc", "end a drag, close the form, select nothing"],
  ["?", "this list"],
];

const FIELDS = [
  ["slot", "id", "7"],
  ["guest_phys_addr", "first address", "0x100000"],
  ["memory_size", "size (0 deletes)", "640K"],
  ["flags", "flags", "log-dirty"],
];

/** What the embedded stepper takes for its model: the tape and the step of the playground, the rest its own. */
class StepperModel extends PlainModel {
  constructor(model) {
    super({ tape: model.get("tape"), step: model.get("step"), speed: WATCH });
    this.model = model;
  }

  set(name, value) {
    if (name === "step" && value !== this.values.step) this.model.set("step", value);
    super.set(name, value);
  }

  save_changes() {
    this.model.save_changes();
  }
}

function button(text, name, act, className = "lm-word") {
  const node = make("button", className, text);
  node.type = "button";
  node.title = name;
  node.addEventListener("click", act);
  return node;
}

function field(name, label, hint) {
  const box = make("label", "lm-pg-field");
  const input = make("input");
  Object.assign(input, { type: "text", name, placeholder: hint, spellcheck: false, autocomplete: "off" });
  box.append(make("span", "", label), input);
  return box;
}

const group = (className, label, ...nodes) => {
  const box = make("div", className);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", label);
  box.append(...nodes);
  return box;
};

class Playground {
  constructor(model, el) {
    Object.assign(this, { model, selected: null, number: 0, waiting: new Map(), listeners: [], wanted: null });
    this.axis = new Axis({
      create: (low, size) => this.ask({ do: "create", guest_phys_addr: low, memory_size: size }, "create"),
      move: (slot, low) => this.ask({ do: "move", slot, guest_phys_addr: low }),
      select: (id) => this.select(id),
    });
    this.build(el);
    this.stepperModel = new StepperModel(model);
    this.watch();
    this.show();
    this.showTape(false);
  }

  // Parts.

  build(el) {
    this.root = make("div", "lm lm-play");
    this.root.tabIndex = 0;
    this.root.dataset.lmSuppressShortcuts = "true";
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", "playground: guest memory slots");
    this.words = make("div", "lm-pg-verdict");
    this.words.setAttribute("aria-live", "polite");
    this.sign = make("b");
    this.sentence = make("span");
    this.words.append(this.sign, this.sentence);
    this.trouble = make("p", "lm-trouble");
    this.trouble.setAttribute("role", "status");
    this.host = make("div", "lm-pg-stepper");
    this.root.append(this.buildHead(), this.buildHelp(), this.buildZoom(), this.axis.root, this.words, this.trouble);
    this.root.append(this.buildSelection(), this.buildForm(), this.buildLog(), this.host, this.buildText());
    el.append(this.root);
  }

  buildHead() {
    this.origin = make("span", "lm-pg-origin");
    this.undo = button("↶ undo", "undo the last change (u)", () => this.ask({ do: "undo" }));
    this.redo = button("↷ redo", "redo (r)", () => this.ask({ do: "redo" }));
    this.shelf = button("bring back", "bring back the log that was replaced or cut last", () => this.ask({ do: "bring_back" }));
    this.seed = Object.assign(make("input", "lm-pg-seed"), { type: "text", placeholder: "seed", inputMode: "numeric" });
    this.seed.setAttribute("aria-label", "seed; left empty, one is chosen");
    this.seed.addEventListener("input", () => (this.seedTyped = true));
    const random = () => this.startByChance();
    this.seed.addEventListener("keydown", (event) => event.key === "Enter" && random());
    this.helpButton = button("?", "list of keys (?)", () => this.toggleHelp(), "");
    this.helpButton.setAttribute("aria-label", "list of keys (?)");
    const bar = group("lm-bar", "history", this.undo, this.redo, this.shelf);
    bar.append(button("reset", "back to the beginning of this log", () => this.ask({ do: "reset" })));
    bar.append(button("empty array", "begin with an empty array", () => this.ask({ do: "clear" })));
    bar.append(button("random start", "begin with slots by chance", random), this.seed, this.helpButton);
    const head = make("div", "lm-pg-head");
    head.append(make("b", "lm-title", "Guest memory"), this.origin, bar);
    return head;
  }

  buildHelp() {
    this.help = make("div", "lm-help");
    this.help.hidden = true;
    const list = this.help.appendChild(make("dl"));
    for (const [key, does] of PLAY_KEYS) list.append(make("dt", "", key), make("dd", "", does));
    this.help.append(make("p", "", "Mouse or touch: drag on free space to create, drag a slot to move it, press it to select it."));
    return this.help;
  }

  buildZoom() {
    const { axis } = this;
    const act = (change) => () => {
      change();
      this.showWindow();
    };
    const small = (sign, name, change) => {
      const node = button(sign, name, act(change), "lm-small");
      node.setAttribute("aria-label", name);
      return node;
    };
    this.window = make("span", "lm-pg-window");
    this.uneven = button("not to scale", "give every range room for its label (s)", act(() => axis.showUneven(!axis.uneven)));
    this.shifts = [small("◀", "show higher addresses", () => axis.pan(0.5)), small("▶", "show lower addresses", () => axis.pan(-0.5))];
    const zooms = [small("+", "zoom in (+)", () => axis.zoom(0.5)), small("−", "zoom out (−)", () => axis.zoom(2))];
    const fit = button("fit", "fit everything in (f)", act(() => axis.fit()));
    return group("lm-pg-zoom", "window of the axis", this.shifts[0], ...zooms, this.shifts[1], fit, this.uneven, this.window);
  }

  buildSelection() {
    this.chosen = make("span", "lm-pg-chosen");
    this.dirty = button("dirty logging", "dirty logging on or off (d)", () => this.flip());
    this.exact = button("exact values", "type exact values (Enter)", () => this.openForm());
    this.remove = button("delete", "delete the slot (Delete)", () => this.deleteSlot());
    this.newId = Object.assign(make("input", "lm-pg-id-input"), { type: "text", inputMode: "numeric", placeholder: "new id" });
    this.newId.setAttribute("aria-label", "new id");
    this.newId.addEventListener("keydown", (event) => event.key === "Enter" && this.renumber());
    this.change = button("change id", "delete the slot and create it with this id (i)", () => this.renumber());
    this.tools = make("span", "lm-pg-tools");
    this.tools.append(this.dirty, this.remove, this.newId, this.change);
    return group("lm-pg-selection", "selected slot", this.chosen, this.tools, this.exact);
  }

  buildForm() {
    this.form = make("form", "lm-pg-form");
    this.form.hidden = true;
    this.form.setAttribute("aria-label", "exact values of a request");
    this.form.append(...FIELDS.map(([name, label, hint]) => field(name, label, hint)));
    const send = button("request", "make this request", () => {});
    send.type = "submit";
    this.form.append(send, button("close", "close the form (Esc)", () => this.closeForm()));
    this.form.append(make("p", "lm-pg-note", "Hex or decimal; 640K, 2M and 1G are understood. Flags: log-dirty, readonly, or a number."));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = Object.fromEntries(FIELDS.map(([name]) => [name, this.form.elements[name].value]));
      this.ask({ do: "request", ...values }, "form");
    });
    return this.form;
  }

  buildLog() {
    this.scrubber = Object.assign(make("input"), { type: "range", min: 0, step: 1 });
    this.scrubber.setAttribute("aria-label", "request of the log");
    this.scrubber.addEventListener("input", () => this.seek(Number(this.scrubber.value)));
    this.place = make("span", "lm-pg-place");
    this.log = group("lm-pg-log", "log of requests", make("b", "", "Requests"), this.scrubber, this.place);
    return this.log;
  }

  buildText() {
    const box = make("details", "lm-pg-text");
    box.append(make("summary", "", "Copy the requests as Python or as a link, or paste some"));
    [this.code, this.link] = [this.copyField(box, "as Python", 10), this.copyField(box, "as a link", 2)];
    this.pasted = Object.assign(make("textarea"), { rows: 4, spellcheck: false, placeholder: "#ops=1~0.0.a0000  or the Python code" });
    const label = make("label", "", "paste either here");
    label.append(this.pasted);
    const take = button("take over", "replace the log by what is pasted", () => this.ask({ do: "paste", text: this.pasted.value }, "paste"));
    const note = make("p", "lm-pg-note", "Code is read, never run. The log that it replaces can be brought back.");
    this.pasteTrouble = make("p", "lm-trouble");
    box.append(label, take, this.pasteTrouble, note);
    return box;
  }

  copyField(parent, name, rows) {
    const label = make("label", "", name);
    const area = Object.assign(make("textarea"), { rows, readOnly: true, spellcheck: false });
    label.append(area);
    const copy = button("copy", `copy ${name}`, async () => {
      area.select();
      const done = await navigator.clipboard?.writeText(area.value).then(() => true, () => false);
      say(copy, done || document.execCommand("copy") ? "copied" : "press Ctrl+C");
      setTimeout(() => say(copy, "copy"), 1500);
    });
    copy.setAttribute("aria-label", `copy ${name}`);
    parent.append(label, copy);
    return area;
  }

  // What comes from Python.

  watch() {
    this.listen("msg:custom", (content) => this.answered(content));
    this.listen("change:trouble", () => this.showTrouble());
    for (const name of ["slots", "requests", "cursor", "verdict", "code", "link", "origin", "shelf", "seed"]) {
      this.listen(`change:${name}`, () => this.soon());
    }
    this.listen("change:tape", () => this.soon(true));
    this.listen("change:step", () => this.stepperModel.set("step", this.model.get("step")));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.root);
  }

  listen(event, act) {
    this.model.on(event, act);
    this.listeners.push([event, act]);
  }

  /** Show everything once, when all traits of a message have come. */
  soon(tape = false) {
    this.tapeToo ||= tape;
    if (this.pending) return;
    this.pending = true;
    queueMicrotask(() => {
      this.pending = false;
      this.show();
      if (this.tapeToo) this.showTape(this.deed);
      this.tapeToo = this.deed = false;
    });
  }

  show() {
    const { model } = this;
    const [slots, verdict, requests, cursor] = ["slots", "verdict", "requests", "cursor"].map((name) => model.get(name));
    this.axis.show(slots, verdict);
    this.showVerdict(verdict ?? {});
    if (!slots.some(({ id }) => id === this.selected)) this.select(null);
    else this.select(this.selected);
    say(this.origin, model.get("origin"));
    this.undo.setAttribute("aria-disabled", String(!requests.slice(0, cursor).some(changes)));
    this.redo.setAttribute("aria-disabled", String(cursor >= requests.length));
    this.shelf.hidden = !model.get("shelf");
    if (!this.seedTyped) this.seed.value = String(model.get("seed") ?? "");
    this.code.value = model.get("code");
    this.link.value = model.get("link");
    this.showLog(requests, cursor);
    this.showTrouble();
    this.showWindow();
  }

  showVerdict({ ok, change, errno, sentence = "" }) {
    this.words.dataset.verdict = ok === undefined ? "" : ok ? "good" : "bad";
    say(this.sign, ok === undefined ? "" : ok ? `✓ ${change ?? "no change"}` : `✕ ${errno}`);
    const text = sentence.replace(/^refused: \[\w+\] /, "");
    say(this.sentence, text || "No request yet. Drag on the axis, or press n and type a slot.");
  }

  showLog(requests, cursor) {
    this.log.hidden = !requests.length;
    this.scrubber.max = requests.length;
    if (this.wanted === null) this.scrubber.value = cursor;
    const { slot, guest_phys_addr: low, memory_size: size, verdict } = requests[cursor - 1] ?? {};
    const what = size ? `slot ${slot}, ${rangeWords(low, size)} (${sizeWords(size)})` : `delete slot ${slot}`;
    const text = cursor ? `${cursor} of ${requests.length}: ${what} → ${verdict}` : `0 of ${requests.length}: before the first`;
    say(this.place, text);
    this.scrubber.setAttribute("aria-valuetext", text);
  }

  showTrouble() {
    const text = this.silent ?? this.model.get("trouble");
    say(this.trouble, text ? `✕ ${text}` : "");
  }

  showWindow() {
    const { axis } = this;
    say(this.window, axis.words);
    this.uneven.setAttribute("aria-pressed", String(axis.uneven));
    this.shifts[1].setAttribute("aria-disabled", String(axis.uneven || !axis.window[0]));
    this.shifts[0].setAttribute("aria-disabled", String(axis.uneven));
  }

  /** Give the stepper its tape; a change that was made here plays from its beginning. */
  showTape(play) {
    const tape = this.model.get("tape");
    const { stepperModel } = this;
    const there = Boolean(tape?.frames);
    const last = there ? tape.frames.length - 1 : 0;
    play = play && there && !still() && last < LONGEST_PLAY;
    stepperModel.values.playing = false;
    stepperModel.values.step = play ? 0 : last;
    stepperModel.set("tape", tape);
    if (there && !this.stopStepper) this.stopStepper = renderStepper(stepperModel, this.host);
    if (!there && this.stopStepper) {
      this.stopStepper();
      this.stopStepper = null;
    }
    this.host.classList.toggle("lm-pg-none", !there);
    if (play) stepperModel.set("playing", true);
  }

  // What goes to Python.

  /** Ask for a deed; `then` says what to do with the answer. */
  ask(message, then = "") {
    this.number += 1;
    const { number } = this;
    const missed = setTimeout(() => this.miss(number), PATIENCE);
    this.waiting.set(number, { missed, then });
    this.deed = !["undo", "redo", "seek", "random", "clear", "reset", "paste", "bring_back"].includes(message.do);
    const failed = () => this.miss(number);
    try {
      Promise.resolve(this.model.send({ ...message, number })).catch(failed);
    } catch {
      failed();
    }
  }

  answered(content) {
    const { missed, then } = this.waiting.get(content?.answer) ?? {};
    clearTimeout(missed);
    this.waiting.delete(content?.answer);
    this.silent = null;
    this.showTrouble();
    if (then === "seek") this.seekOn();
    const { ok, slot } = this.model.get("verdict") ?? {};
    const done = content.ok && ok;
    // Subtle: the traits have come before the answer, but may not be drawn yet.
    queueMicrotask(() => {
      if (done && (then === "create" || then === "renumber" || then === "form")) this.focusSlot(slot);
      if (done && then === "form") this.closeForm();
      if (done && then === "renumber") this.newId.value = "";
      if (then === "paste") say(this.pasteTrouble, content.ok ? "" : `✕ ${this.model.get("trouble")}`);
      if (content.ok && then === "paste") this.pasted.value = "";
      if (then === "delete") this.root.focus({ preventScroll: true });
    });
  }

  miss(number) {
    clearTimeout(this.waiting.get(number)?.missed);
    this.waiting.delete(number);
    this.wanted = null;
    this.silent = "no answer: a change needs a running kernel; run the cell of this widget (a busy kernel answers when it is done)";
    this.showTrouble();
  }

  /** Go to a place in the log; of many that were passed quickly, the last counts. */
  seek(cursor) {
    const busy = this.wanted !== null;
    this.wanted = cursor;
    if (busy) return;
    this.sought = cursor;
    this.ask({ do: "seek", cursor }, "seek");
  }

  seekOn() {
    const { wanted, sought } = this;
    this.wanted = null;
    if (wanted !== null && wanted !== sought) this.seek(wanted);
    else this.scrubber.value = this.model.get("cursor");
  }

  // The selected slot.

  get slot() {
    return this.axis.slots.find(({ id }) => id === this.selected);
  }

  select(id) {
    this.selected = this.axis.selected = id;
    for (const [other, node] of this.axis.nodes) node.setAttribute("aria-pressed", String(other === id));
    const { slot } = this;
    say(this.chosen, slot ? `slot ${slot.id}: ${slot.words}${slot.flags ? `, ${slot.flag_names}` : ""}` : "No slot selected.");
    this.tools.hidden = !slot;
    say(this.exact, slot ? "exact values" : "new slot");
    this.dirty.setAttribute("aria-pressed", String(Boolean(slot && slot.flags & 1)));
  }

  focusSlot(id) {
    this.select(id);
    this.axis.nodes.get(id)?.focus({ preventScroll: true });
  }

  /** Begin with the seed that was typed since the last start, or with any. */
  startByChance() {
    const seed = this.seedTyped ? this.seed.value : "";
    this.seedTyped = false;
    this.ask({ do: "random", seed });
  }

  need(act) {
    if (this.slot) act(this.slot);
    else {
      this.silent = "no slot is selected; press one on the axis, or Tab to it";
      this.showTrouble();
      this.silent = null;
    }
  }

  flip() {
    this.need(({ id }) => this.ask({ do: "flip_dirty_logging", slot: id }));
  }

  deleteSlot() {
    this.need(({ id }) => this.ask({ do: "delete", slot: id }, "delete"));
  }

  renumber() {
    this.need(({ id }) => this.ask({ do: "renumber", slot: id, to: this.newId.value }, "renumber"));
  }

  nudge(direction, event) {
    if (event.repeat && this.waiting.size >= MOST_WAITING) return;
    this.need(({ id, low }) => {
      const by = direction * this.axis.grid(low) * (event.shiftKey ? 16 : 1);
      this.ask({ do: "nudge", slot: id, by });
    });
  }

  // The form.

  openForm(fresh = false) {
    const slot = fresh ? null : this.slot;
    const { elements } = this.form;
    const ids = new Set(this.axis.slots.map(({ id }) => id));
    let free = 0;
    while (ids.has(free)) free += 1;
    const [low, size] = slot ? [slot.low, slot.end - slot.low] : this.freeRange();
    elements.slot.value = slot ? slot.id : free;
    elements.guest_phys_addr.value = `0x${low.toString(16)}`;
    elements.memory_size.value = sizeWords(size).replace(/,/g, "").replace("iB", "").replace(" ", "");
    elements.flags.value = slot?.flags ? `0x${slot.flags.toString(16)}` : "0";
    this.form.hidden = false;
    const first = slot ? elements.guest_phys_addr : elements.slot;
    first.focus();
    first.select();
  }

  /** Free memory behind the highest slot, or at 0. */
  freeRange() {
    const end = Math.max(0, ...this.axis.slots.map((slot) => slot.end));
    return [end, Math.max(PAGE * 16, this.axis.grid(end) * 8)];
  }

  closeForm() {
    this.form.hidden = true;
    (this.axis.nodes.get(this.selected) ?? this.root).focus({ preventScroll: true });
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    this.helpButton.setAttribute("aria-expanded", String(!this.help.hidden));
  }

  // Keys.

  key(event) {
    if (event.key === "Tab" || this.host.contains(event.target)) return;
    event.stopPropagation();
    if (event.key === "Escape") return this.escape();
    if (event.target.matches("input, textarea, select, summary")) return;
    const pressed = event.target.matches("button:not(.lm-pg-slot)") && [" ", "Enter"].includes(event.key);
    const act = pressed ? undefined : this.actOf(event);
    if (!act) return;
    event.preventDefault();
    act();
    this.showWindow();
  }

  actOf(event) {
    const { axis } = this;
    if (event.ctrlKey || event.metaKey) {
      const back = { z: () => this.ask({ do: event.shiftKey ? "redo" : "undo" }), y: () => this.ask({ do: "redo" }) };
      return back[event.key.toLowerCase()];
    }
    if (event.altKey) return undefined;
    const acts = {
      ArrowLeft: () => this.nudge(1, event),
      ArrowRight: () => this.nudge(-1, event),
      Delete: () => this.deleteSlot(),
      Backspace: () => this.deleteSlot(),
      Enter: () => this.openForm(),
      n: () => this.openForm(true),
      d: () => this.flip(),
      i: () => this.need(() => this.newId.focus()),
      u: () => this.ask({ do: "undo" }),
      r: () => this.ask({ do: "redo" }),
      "+": () => axis.zoom(0.5),
      "=": () => axis.zoom(0.5),
      "-": () => axis.zoom(2),
      f: () => axis.fit(),
      s: () => axis.showUneven(!axis.uneven),
      "?": () => this.toggleHelp(),
    };
    return acts[event.key];
  }

  escape() {
    if (this.axis.drag) this.axis.cancel();
    else if (!this.form.hidden) this.closeForm();
    else if (this.root.contains(document.activeElement)) {
      this.select(null);
      this.root.focus({ preventScroll: true });
    }
  }

  // Size and end.

  resize() {
    this.root.classList.toggle("lm-narrow", this.root.clientWidth < 560);
    this.axis.resize(this.axis.plot.clientWidth);
    this.showWindow();
  }

  end() {
    for (const [event, act] of this.listeners) this.model.off(event, act);
    for (const { missed } of this.waiting.values()) clearTimeout(missed);
    this.stopStepper?.();
    this.sizes.disconnect();
    this.root.remove();
  }
}

const changes = ({ verdict }) => ["CREATE", "DELETE", "MOVE", "FLAGS_ONLY"].includes(verdict);

export default {
  render({ model, el }) {
    const playground = new Playground(model, el);
    return () => playground.end();
  },
};
