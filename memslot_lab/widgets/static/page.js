// The stepper as a page of its own: a model that nobody else listens to, and an address that follows the step.
// In a frame of a notebook it has no address; there it takes the notebook's theme and the height that it needs.
import { PlainModel } from "./model.js";
import { unpack } from "./pack.js";
import { renderStepper } from "./stepper.js";

class PageModel extends PlainModel {
  save_changes() {
    if (frameElement) return;
    const address = `#step=${this.values.step}`;
    if (location.hash !== address) history.replaceState(null, "", address);
  }
}

/** The step that the address asks for; as text, if it is no number. */
function stepOfAddress(otherwise) {
  const asked = new URLSearchParams(location.hash.slice(1)).get("step");
  if (asked === null) return otherwise;
  return /^\d+$/.test(asked) ? Number(asked) : asked;
}

/** Follow the theme of the notebook around the page, or that of the browser. */
function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const host = frameElement?.ownerDocument.body;
  const isLight = () => host?.getAttribute("data-jp-theme-light") ?? String(!dark.matches);
  const paint = () => document.body.setAttribute("data-jp-theme-light", isLight());
  dark.addEventListener("change", paint);
  if (host) new MutationObserver(paint).observe(host, { attributeFilter: ["data-jp-theme-light"] });
  paint();
}

/** Give the frame around the page the height of what is in it. */
function growFrame() {
  if (!frameElement) return;
  const main = document.querySelector("main");
  new ResizeObserver(() => (frameElement.style.height = `${main.scrollHeight + 2 * main.offsetTop}px`)).observe(main);
}

function startPage(values, el) {
  followTheme();
  growFrame();
  const model = new PageModel({ ...values, tape: unpack(values.tape), other: unpack(values.other), step: stepOfAddress(values.step ?? 0) });
  addEventListener("hashchange", () => model.set("step", stepOfAddress(0)));
  renderStepper(model, el);
  if (!frameElement) el.querySelector(".lm")?.focus({ preventScroll: true });
}

const start = () => startPage(globalThis.memslotLab, document.getElementById("stepper"));
// A folded frame has no size, and nothing can be scrolled into view there.
if (innerWidth > 0) start();
else addEventListener("resize", start, { once: true });
