// Step through a tape, forward and back; through two side by side; or predict each write.
// All frames are here: a step asks nobody, and is drawn before the handler of its event returns.
import { decode, placeName, USED_SLOTS } from "./tape.js";
import { differences, make, say, Scene, still } from "./scene.js";

const SPEEDS = [0.5, 1, 2, 4, 8];
const PACE = 800; // milliseconds a frame at speed 1
const SLIDE = 220; // milliseconds that a slot takes to its new place at speed 1
const LINE = 19; // height of a line of source, as in stepper.css
const REPORT = 150; // milliseconds without a step, after which Python learns of it

const KEYS = [
  ["→ / ←", "one step forward / back"],
  ["Home / End", "first / last step"],
  ["Space", "play / pause"],
  ["n / p", "next / previous write"],
  ["t", "table or picture"],
  ["+ / −", "faster / slower"],
  ["?", "this list"],
];

const BUTTONS = [
  ["first", "", "first step (Home)"],
  ["back", "", "one step back (←)"],
  ["play", "", "play (Space)"],
  ["forward", "", "one step forward (→)"],
  ["last", "", "last step (End)"],
  ["next", "next write", "next write (n)"],
];

// Drawn here, since fonts lack some of these signs.
const ICONS = {
  first: "M2 2h2v12H2zM14 2v12L5 8z",
  back: "M10.5 1.5 12.5 3.5 8 8l4.5 4.5-2 2L4 8z",
  play: "M3 2v12l11-6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  forward: "M5.5 1.5 3.5 3.5 8 8l-4.5 4.5 2 2L12 8z",
  last: "M12 2h2v12h-2zM2 2v12l9-6z",
};

/** Let a button show one of the icons. */
function showIcon(button, icon) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", width: 15, height: 15 })) svg.setAttribute(name, value);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[icon]);
  svg.append(path);
  button.replaceChildren(svg);
}

/** Bar a button, or free it; it keeps the focus, so that no key goes astray. */
function disable(button, barred) {
  button.setAttribute("aria-disabled", String(barred));
}

/** One tape with its picture and its source. */
class Pane {
  constructor(tape, name, pick) {
    Object.assign(this, { tape, step: -1, codes: new Map() });
    this.root = make("section", "lm-pane");
    this.scene = new Scene(tape, pick);
    const head = make("div", "lm-panehead");
    head.append(make("b", "lm-panename", name), (this.badge = make("span", "lm-badge")));
    this.badge.hidden = true;
    this.say = make("p", "lm-say");
    this.effects = make("div", "lm-effects");
    this.body = make("div", "lm-body");
    this.body.append(this.scene.root, this.buildSource());
    this.root.append(...(name ? [head] : []), this.say, this.effects, this.body);
    if (name) this.root.setAttribute("aria-label", name);
  }

  buildSource() {
    const side = make("div", "lm-side");
    this.kernel = make("div", "lm-kernel");
    this.path = make("div", "lm-path");
    this.source = make("div", "lm-source");
    this.source.tabIndex = 0;
    this.source.setAttribute("role", "group");
    this.locals = make("div", "lm-locals");
    side.append(this.path, this.kernel, this.source, this.locals);
    return side;
  }

  /** The lines of a function, made when it is first shown. */
  code(f) {
    if (!this.codes.has(f)) {
      const lines = new Map();
      const node = make("div", "lm-code");
      const { source = [] } = this.tape.functions[f];
      source.forEach(([number, text], at) => {
        const line = make("div", "lm-line");
        line.append(make("span", "lm-number", String(number)), make("span", "lm-text", text || " "));
        lines.set(number, { line, at });
        node.append(line);
      });
      if (!source.length) node.append(make("div", "lm-line", "the source is not to be had"));
      this.codes.set(f, { node, lines });
    }
    return this.codes.get(f);
  }

  show(step, how) {
    const { tape } = this;
    const state = tape.at(step);
    const frame = how.waits ? {} : tape.frames[step];
    const undone = step === this.step - 1 && !how.waits ? tape.frames[this.step] : undefined;
    const ms = Math.abs(step - this.step) === 1 ? how.ms : 0;
    this.step = step;
    this.scene.show(state, { frame, undone, ms, differs: how.differs });
    this.showSource(state);
    this.showWords(state, frame, step, how.waits);
  }

  showSource(state) {
    const { name, kernel, caption, own } = this.tape.functions[state.f];
    say(this.path, state.stack.map((f) => `${this.tape.functions[f].name}()`).join(" › "));
    const words = `${own ? "in the place of " : ""}the kernel's ${kernel}${caption ? `: ${caption}` : ""}`;
    say(this.kernel, kernel ? words : "");
    const code = this.code(state.f);
    if (this.shown !== code) {
      this.source.replaceChildren(code.node);
      this.source.setAttribute("aria-label", `source of ${name}()`);
      this.shown = code;
    }
    const lit = code.lines.get(state.line);
    if (this.lit !== lit?.line) {
      this.lit?.classList.remove("lm-lit");
      this.lit?.removeAttribute("aria-current");
      this.lit = lit?.line;
      this.lit?.classList.add("lm-lit");
      this.lit?.setAttribute("aria-current", "step");
    }
    if (lit) this.scrollTo(lit.at);
    const locals = Object.entries(state.locals).map((each) => this.tape.local(each));
    say(this.locals, locals.join("   ") || "no locals yet");
  }

  /** Keep the lit line in view, inside the panel. */
  scrollTo(line) {
    const top = line * LINE;
    const height = this.height || 220;
    const { from = 0 } = this;
    if (top >= from + LINE && top <= from + height - 3 * LINE && this.scrolled === this.shown) return;
    this.scrolled = this.shown;
    this.from = Math.max(0, top - Math.floor(height / 2));
    this.source.scrollTop = this.from;
  }

  showWords(state, frame, step, waits) {
    const sign = { error: "✕ ", stop: "✕ " }[frame.k] ?? "";
    this.say.classList.toggle("lm-bad", sign !== "");
    const paused = waits && step < this.tape.length - 1;
    say(this.say, paused ? "waits here" : sign + this.tape.sentence(step));
    const done = (frame.r ?? []).map(([table, place]) => `read ${placeName(table, place)}`);
    for (const [table, place] of frame.w ?? []) {
      if (table <= USED_SLOTS) done.push(`wrote ${placeName(table, place)} = ${this.valueAt(state, table, place)}`);
    }
    const unique = [...new Set(done)].filter((text) => !text.includes("undefined"));
    const more = unique.length > 6 ? [`and ${unique.length - 6} more`] : [];
    say(this.effects, [...unique.slice(0, 6), ...more].join("  ·  "));
  }

  valueAt(state, table, place) {
    if (table) return table === USED_SLOTS ? state.usedSlots : state.idToIndex[place];
    const row = this.tape.rows[state.memslots[place]];
    return !row ? "nothing" : (row.text ?? `slot ${row.id}`);
  }

  resize(width) {
    const { natural, windowed } = this.scene;
    const side = width >= natural + 420;
    const narrow = !side && width >= 700 && (width - 14) / Math.max(windowed ? 24 : this.tape.extent, 1) < 27;
    const share = side ? natural : narrow ? 400 : width;
    this.root.classList.toggle("lm-beside", side || narrow);
    this.root.style.setProperty("--lm-share", `${share}px`);
    this.scene.resize(share);
    this.height = this.source.clientHeight;
    // What did not show yet did not scroll.
    this.source.scrollTop = this.from ?? 0;
  }
}

/** What a learner foretells: which cell is written next. */
class Prediction {
  constructor(tape, model) {
    Object.assign(this, { tape, model });
  }

  get answers() {
    const answers = this.model.get("answers");
    return Array.isArray(answers) ? answers : [];
  }

  /** The write that is asked for; undefined after the last. */
  get question() {
    return this.tape.questions[this.answers.length];
  }

  /** How far one may go: to the last write that was answered, or to the end after all. */
  get limit() {
    const { questions } = this.tape;
    const answered = Math.min(this.answers.length, questions.length);
    return answered === questions.length ? this.tape.length - 1 : answered ? questions[answered - 1] : 0;
  }

  /** Note an answer; null for "not sure". An answered write stays answered. */
  answer(cell) {
    const step = this.question;
    const written = [...new Set(this.tape.written(step))];
    const verdict = cell === null ? "unsure" : written.includes(cell) ? "right" : "wrong";
    const score = { right: 0, wrong: 0, unsure: 0, ...this.model.get("score") };
    this.model.set("score", { ...score, [verdict]: score[verdict] + 1 });
    this.model.set("answers", [...this.answers, { step, chosen: cell, written, verdict }]);
    return step;
  }
}

/** The whole stepper. */
class Stepper {
  constructor(model, root) {
    Object.assign(this, { model, root, pos: -1, timer: 0, reporter: 0 });
    const tape = decode(model.get("tape"));
    this.comparison = model.get("comparison") ?? null;
    this.readComparison(tape);
    const names = this.comparison?.names ?? ["", ""];
    const pick = (table, place) => this.answer(placeName(table, place));
    this.panes = this.tapes.map((each, n) => new Pane(each, this.comparison ? names[n] : "", pick));
    this.prediction = model.get("predict") && !this.comparison ? new Prediction(tape, model) : null;
    this.build(tape);
    this.writes = this.findSteps("writeSteps");
    this.borders = this.findSteps("borders");
    this.watch();
    this.begin();
  }

  readComparison(tape) {
    this.tapes = [tape];
    this.pairs = null;
    if (!this.comparison) return;
    const other = decode(this.model.get("other"));
    const { pairs } = this.comparison;
    const [a, b] = [tape.length, other.length];
    const good = Array.isArray(pairs) && pairs.length && pairs.every((p) => p[0] >= 0 && p[0] < a && p[1] >= 0 && p[1] < b);
    if (!good) throw new Error("this comparison does not belong to the two tapes; make it again with diff()");
    this.tapes.push(other);
    this.pairs = pairs;
  }

  /** Positions at which a tape reaches one of its marked steps. */
  findSteps(name) {
    if (!this.pairs) return this.tapes[0][name];
    const marked = this.tapes.map((tape) => new Set(tape[name]));
    const reached = (pair, pos) => pair.some((k, n) => marked[n].has(k) && this.pairs[pos - 1]?.[n] !== k);
    return this.pairs.flatMap((pair, pos) => (reached(pair, pos) ? [pos] : []));
  }

  get end() {
    return (this.pairs ?? this.tapes[0]).length - 1;
  }

  get limit() {
    return this.prediction ? this.prediction.limit : this.end;
  }

  get speed() {
    const speed = Number(this.model.get("speed"));
    return speed > 0 ? speed : 1;
  }

  // Parts.

  build(tape) {
    const { root } = this;
    root.className = "lm";
    Object.assign(root, { tabIndex: 0 });
    root.dataset.lmSuppressShortcuts = "true";
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", `stepper: ${tape.title}`);
    this.title = make("div", "lm-title", tape.title);
    this.words = make("div", "lm-words");
    this.words.setAttribute("aria-live", "polite");
    this.words.append(...this.panes.map((pane) => pane.say));
    this.trouble = make("p", "lm-trouble");
    this.trouble.setAttribute("role", "status");
    root.replaceChildren(this.title, this.buildBar(), this.buildTrack(), this.buildCounts(), this.trouble, this.buildHelp());
    if (this.prediction) root.append(this.buildBanner());
    if (this.comparison) root.append(this.buildFirst());
    if (!this.comparison) root.append(this.words, this.panes[0].effects);
    root.append(...this.panes.map((pane) => pane.root));
    this.panes.forEach((pane) => this.comparison && pane.root.insertBefore(pane.say, pane.effects));
    if (this.comparison) this.panes.forEach((pane) => pane.say.setAttribute("aria-live", "polite"));
    root.classList.toggle("lm-two", Boolean(this.comparison));
  }

  button(text, name, act, className = "") {
    const button = make("button", className, text);
    button.type = "button";
    button.title = name;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", act);
    return button;
  }

  buildBar() {
    const bar = make("div", "lm-bar");
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "controls");
    this.buttons = {};
    const acts = { first: () => this.go(0), last: () => this.go(this.end), play: () => this.toggle() };
    Object.assign(acts, { back: () => this.go(this.pos - 1), forward: () => this.go(this.pos + 1) });
    acts.next = () => this.toWrite(1);
    for (const [key, word, name] of BUTTONS) {
      this.buttons[key] = this.button(word, name, acts[key]);
      if (ICONS[key]) showIcon(this.buttons[key], key);
    }
    bar.append(...Object.values(this.buttons));
    this.tableButton = this.button("table", "show the state as a table (t)", () => this.toggleTable(), "lm-word");
    this.tableButton.setAttribute("aria-pressed", "false");
    this.helpButton = this.button("?", "list of keys (?)", () => this.toggleHelp());
    this.helpButton.setAttribute("aria-expanded", "false");
    bar.append(this.buildSpeed(), this.tableButton, this.helpButton);
    return bar;
  }

  buildSpeed() {
    this.speeds = make("select");
    this.speeds.title = "speed (+ and −)";
    this.speeds.setAttribute("aria-label", "speed");
    for (const speed of SPEEDS) this.speeds.append(new Option(`${speed}×`, speed));
    this.speeds.addEventListener("change", () => this.setSpeed(Number(this.speeds.value)));
    return this.speeds;
  }

  buildTrack() {
    const track = make("div", "lm-track");
    this.scrubber = Object.assign(make("input"), { type: "range", min: 0, max: this.end, step: 1, value: 0 });
    this.scrubber.setAttribute("aria-label", "step");
    this.scrubber.addEventListener("input", () => this.go(Number(this.scrubber.value)));
    this.ticks = make("canvas", "lm-ticks");
    this.ticks.setAttribute("aria-hidden", "true");
    track.append(this.scrubber, this.ticks);
    return track;
  }

  buildCounts() {
    const counts = make("div", "lm-counts");
    this.counts = ["step", "shifts", "comparisons"].map((name) => {
      const node = make("span", `lm-count lm-${name}`);
      counts.append(node);
      return node;
    });
    return counts;
  }

  buildHelp() {
    this.help = make("div", "lm-help");
    this.help.hidden = true;
    const list = this.help.appendChild(make("dl"));
    for (const [key, does] of KEYS) list.append(make("dt", "", key), make("dd", "", does));
    this.help.append(make("p", "", "Marks below the slider: short for a write, tall where another function goes on."));
    return this.help;
  }

  buildBanner() {
    const banner = make("div", "lm-predict");
    this.ask = make("b", "", "");
    this.unsure = this.button("Not sure", "Not sure: show which cell is written next", () => this.answer(null), "lm-word");
    say(this.unsure, "Not sure");
    this.score = make("span", "lm-score");
    this.verdict = make("p", "lm-verdict");
    this.verdict.setAttribute("role", "status");
    const row = make("div", "lm-askrow");
    row.append(this.ask, this.unsure, this.score);
    banner.append(row, this.verdict);
    return banner;
  }

  buildFirst() {
    const box = make("div", "lm-first");
    const { first, text } = this.comparison;
    box.append(make("span", "", text ?? (first === null ? "The two runs do not differ." : "The two runs differ.")));
    const jump = () => this.go(first);
    if (first !== null) box.append(this.button("first difference", "go to the first difference", jump, "lm-word"));
    return box;
  }

  // What comes from outside.

  watch() {
    this.listeners = {
      step: () => this.fromModel(this.model.get("step")),
      speed: () => this.showSpeed(),
      playing: () => this.play(Boolean(this.model.get("playing"))),
      answers: () => this.prediction && this.redraw(),
    };
    for (const [name, act] of Object.entries(this.listeners)) this.model.on(`change:${name}`, act);
    this.onKey = (event) => this.key(event);
    this.root.addEventListener("keydown", this.onKey);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.root);
  }

  begin() {
    if (this.model.get("playing")) this.model.set("playing", false);
    this.resize();
    this.showSpeed();
    this.fromModel(this.model.get("step") ?? 0);
  }

  fromModel(step) {
    // Subtle: Python repeats each step that it is told; until it is told where we are now, it repeats an old one.
    if (step === this.pos || this.reporter) return;
    const good = Number.isInteger(step) && step >= 0 && step <= this.limit;
    const locked = this.prediction && this.limit < this.end ? " so far" : "";
    say(this.trouble, good ? "" : `✕ there is no step ${step} here; the steps${locked} are 0 to ${this.limit}`);
    this.go(Number.isInteger(step) ? step : 0, true);
  }

  resize() {
    const width = this.root.clientWidth || 800;
    if (width === this.width) return;
    this.width = width;
    const style = getComputedStyle(this.root);
    const inner = width - (parseFloat(style.paddingLeft) || 0) * 2;
    this.root.classList.toggle("lm-narrow", inner < 560);
    this.root.classList.toggle("lm-tiny", inner < 330);
    for (const pane of this.panes) pane.resize(inner);
    this.inner = inner;
    this.drawTicks();
  }

  remove() {
    this.play(false);
    if (this.reporter) this.report();
    for (const [name, act] of Object.entries(this.listeners)) this.model.off(`change:${name}`, act);
    this.sizes.disconnect();
    this.root.removeEventListener("keydown", this.onKey);
  }

  // Steps.

  /** Go to a position, or as near as one may. */
  go(pos, quiet = false) {
    const to = Math.max(0, Math.min(pos, this.limit));
    if (pos > to && this.prediction && !quiet) this.refuse();
    if (to !== this.pos) {
      const before = this.pos;
      this.pos = to;
      this.draw(before);
      if (!quiet) say(this.trouble, "");
    }
    if (Number(this.scrubber.value) !== to) this.scrubber.value = to;
    if (this.model.get("step") === to) return;
    this.model.set("step", to);
    clearTimeout(this.reporter);
    this.reporter = setTimeout(() => this.report(), REPORT);
  }

  /** Tell Python where we are, once the steps come to rest. */
  report() {
    clearTimeout(this.reporter);
    this.reporter = 0;
    this.model.set("step", this.pos);
    this.model.save_changes();
  }

  toWrite(by) {
    const { writes, pos } = this;
    const to = by > 0 ? writes.find((k) => k > pos) : writes.findLast((k) => k < pos);
    this.go(to ?? (by > 0 ? this.end : 0));
  }

  draw(before) {
    const pair = this.pairs ? this.pairs[this.pos] : [this.pos];
    const ms = still() ? 0 : Math.round(SLIDE / Math.max(this.speed, 0.5));
    const differs = this.differencesAt(pair);
    this.panes.forEach((pane, n) => {
      const waits = Boolean(this.pairs && this.pos && this.pairs[this.pos - 1][n] === pair[n]);
      pane.show(pair[n], { ms: Math.abs(this.pos - before) === 1 ? ms : 0, waits, differs });
    });
    this.drawCounts(pair);
    this.redraw();
  }

  differencesAt(pair) {
    if (!this.pairs || this.comparison.first === null || this.pos < this.comparison.first) return undefined;
    const [a, b] = this.tapes;
    return differences(a.at(pair[0]), b.at(pair[1]), a.rows, b.rows);
  }

  drawCounts(pair) {
    const states = this.tapes.map((tape, n) => tape.at(pair[n]));
    const both = (name) => states.map((state) => state[name]).join(" | ");
    say(this.counts[0], `step ${this.pos} of ${this.end}`);
    say(this.counts[1], `shifts ${both("shifts")}`);
    say(this.counts[2], `comparisons ${both("compares")}`);
  }

  /** What hangs on the position, but is no picture. */
  redraw() {
    const { buttons, pos, prediction } = this;
    for (const key of ["first", "back"]) disable(buttons[key], pos <= 0);
    for (const key of ["forward", "last", "next", "play"]) disable(buttons[key], pos >= this.limit);
    this.scrubber.setAttribute("aria-valuetext", `step ${pos} of ${this.end}`);
    if (prediction) this.drawPrediction();
    if (this.comparison) this.drawBadges();
  }

  drawBadges() {
    const { first } = this.comparison;
    const text = first === null || this.pos < first ? "" : this.pos === first ? "≠ first difference" : "≠ they differ";
    for (const { badge } of this.panes) {
      badge.hidden = !text;
      say(badge, text);
    }
  }

  drawPrediction() {
    const { prediction, pos } = this;
    const { answers, question } = prediction;
    const asking = question !== undefined && pos === this.limit;
    const end = question === undefined;
    const seen = end ? "All writes are known now: step freely." : "Seen before: no credit here.";
    say(this.ask, asking ? "Which cell is written next?" : seen);
    this.unsure.hidden = !asking;
    const { right = 0, wrong = 0, unsure = 0 } = this.model.get("score") ?? {};
    say(this.score, `✓ ${right} right  ✗ ${wrong} wrong  ? ${unsure} not sure`);
    const answer = answers.find(({ step }) => step === pos);
    const how = asking ? "Click it in the picture, or choose it with Tab and Enter." : "";
    say(this.verdict, answer ? this.verdictOf(answer) : how);
    this.verdict.dataset.verdict = answer?.verdict ?? "";
    this.panes[0].scene.ask(asking);
    this.drawTicks();
  }

  verdictOf({ step, chosen, written, verdict }) {
    const why = this.tapes[0].sentence(step);
    const names = written.slice(0, 4).join(", ");
    if (verdict === "right") return `✓ Right: ${names}. ${why}`;
    if (verdict === "unsure") return `? It is ${names}. ${why}`;
    return `✗ Not this one: you chose ${chosen}; the code writes ${names}. ${why}`;
  }

  answer(cell) {
    if (this.prediction?.question === undefined || this.pos !== this.limit) return;
    const held = this.root.contains(document.activeElement);
    const step = this.prediction.answer(cell);
    this.go(step);
    this.report();
    // Subtle: what is hidden, or a button no more, loses the focus only later; then keys would go astray.
    const at = document.activeElement;
    const kept = this.root.contains(at) && at.matches("[tabindex], button") && !at.closest("[hidden]");
    if (held && !kept) this.root.focus({ preventScroll: true });
  }

  refuse() {
    this.play(false);
    if (this.prediction.question === undefined) return;
    say(this.trouble, "first choose the cell that is written next, or “Not sure”");
  }

  // Play.

  toggle() {
    this.play(!this.timer);
  }

  play(on) {
    if (on === Boolean(this.timer)) return;
    clearTimeout(this.timer);
    this.timer = on && this.pos < this.limit ? setTimeout(() => this.tick(), PACE / this.speed) : 0;
    const playing = Boolean(this.timer);
    showIcon(this.buttons.play, playing ? "pause" : "play");
    this.buttons.play.title = playing ? "pause (Space)" : "play (Space)";
    this.buttons.play.setAttribute("aria-label", this.buttons.play.title);
    if (this.model.get("playing") === playing) return;
    this.model.set("playing", playing);
    this.report();
  }

  tick() {
    this.go(this.pos + 1);
    if (this.pos >= this.limit) this.play(false);
    else this.timer = setTimeout(() => this.tick(), PACE / this.speed);
  }

  setSpeed(speed) {
    this.model.set("speed", speed);
    this.report();
    this.showSpeed();
  }

  showSpeed() {
    const { speed } = this;
    if (![...this.speeds.options].some((option) => Number(option.value) === speed)) {
      this.speeds.append(new Option(`${speed}×`, speed));
    }
    this.speeds.value = String(speed);
  }

  faster(by) {
    const at = SPEEDS.findLastIndex((speed) => speed <= this.speed);
    this.setSpeed(SPEEDS[Math.max(0, Math.min(at + by, SPEEDS.length - 1))]);
  }

  // Views.

  toggleTable() {
    const on = this.tableButton.getAttribute("aria-pressed") !== "true";
    this.tableButton.setAttribute("aria-pressed", String(on));
    for (const { scene } of this.panes) scene.showTable(on);
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    this.helpButton.setAttribute("aria-expanded", String(!this.help.hidden));
  }

  /** Marks below the slider; in predict mode only of what has been seen. */
  drawTicks() {
    const width = Math.max((this.inner ?? 800) - 16, 1);
    const ratio = globalThis.devicePixelRatio || 1;
    Object.assign(this.ticks, { width: width * ratio, height: 9 * ratio });
    const pen = this.ticks.getContext("2d");
    pen.scale(ratio, ratio);
    const x = (k) => (this.end ? (k / this.end) * (width - 2) : 0);
    const seen = (k) => !this.prediction || k <= this.limit;
    const mark = (steps, colour, height) => {
      pen.fillStyle = colour;
      for (const k of steps ?? []) if (seen(k)) pen.fillRect(x(k), 0, 1.6, height);
    };
    mark(this.writes, "#d55e00", 5);
    mark(this.borders, "#808080", 9);
    const { first } = this.comparison ?? {};
    if (Number.isInteger(first)) {
      pen.fillStyle = "#0072b2";
      pen.fillRect(x(first) - 2, 0, 5, 9);
    }
  }

  // Keys.

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    const acts = {
      ArrowRight: () => this.go(this.pos + 1),
      ArrowLeft: () => this.go(this.pos - 1),
      Home: () => this.go(0),
      End: () => this.go(this.end),
      " ": () => this.toggle(),
      n: () => this.toWrite(1),
      p: () => this.toWrite(-1),
      t: () => this.toggleTable(),
      "+": () => this.faster(1),
      "=": () => this.faster(1),
      "-": () => this.faster(-1),
      "?": () => this.toggleHelp(),
    };
    if (target.closest("[data-pick]") && (event.key === " " || event.key === "Enter")) acts[event.key] = () => target.click();
    else if (target.matches("select") || (target.matches("button") && event.key === " ")) return event.stopPropagation();
    if (event.key === "Tab") return;
    event.stopPropagation();
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }
}

/** Say in the widget what is wrong with what it was given. */
function complain(root, error) {
  root.className = "lm lm-broken";
  const text = make("p", "lm-trouble", `✕ ${error.message}`);
  text.setAttribute("role", "alert");
  root.replaceChildren(text);
}

/**
 * Draw a stepper into `el`, and again whenever it gets another tape.
 * @param {{get: Function, set: Function, on: Function, off: Function, save_changes: Function}} model
 * @param {HTMLElement} el
 * @returns {() => void} takes it away
 */
export function renderStepper(model, el) {
  let stepper = null;
  let root = null;
  const start = () => {
    stepper?.remove();
    stepper = null;
    const fresh = make("div", "lm");
    if (root) root.replaceWith(fresh);
    else el.append(fresh);
    root = fresh;
    try {
      stepper = new Stepper(model, root);
    } catch (error) {
      complain(root, error);
    }
  };
  const names = ["tape", "other", "comparison", "predict"];
  for (const name of names) model.on(`change:${name}`, start);
  start();
  return () => {
    for (const name of names) model.off(`change:${name}`, start);
    stepper?.remove();
    root.remove();
  };
}

export default { render: ({ model, el }) => renderStepper(model, el) };
