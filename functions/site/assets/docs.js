// The documentation's own script: search, and a reference that is loaded when it is looked at.
"use strict";

const FIELD = document.getElementById("search");
const FOUND = document.getElementById("found");
const SHOWN = 12;
let entries = null;

// ── Search: titles and paths that have all words of the question ─────────────────────────────────

async function loaded() {
  entries ??= (await fetch("/docs/assets/index.json")).json();
  return entries;
}

function rank(title, words) {
  const lower = title.toLowerCase();
  return words.filter((word) => lower.includes(word)).length + (lower.startsWith(words[0]) ? 1 : 0);
}

async function search() {
  const words = FIELD.value.toLowerCase().split(/\s+/).filter(Boolean);
  const all = words.length ? await loaded() : [];
  const hits = all
    .filter(([title, kind]) => {
      const text = `${title} ${kind}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((one, other) => rank(other[0], words) - rank(one[0], words))
    .slice(0, SHOWN);
  FOUND.replaceChildren(...hits.map(([title, kind, href]) => {
    const link = document.createElement("a");
    link.href = href;
    link.append(title, Object.assign(document.createElement("small"), { textContent: kind }));
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
  if (words.length && !hits.length) {
    FOUND.append(Object.assign(document.createElement("li"), { textContent: "Nothing found" }));
  }
  FOUND.hidden = !words.length;
}

function moveFocus(event) {
  const links = [FIELD, ...FOUND.querySelectorAll("a")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const next = (links.indexOf(document.activeElement) + step + links.length) % links.length;
    links[next].focus();
  } else if (event.key === "Enter" && document.activeElement === FIELD) {
    links[1]?.click();
  } else if (event.key === "Escape") {
    FIELD.value = "";
    FOUND.hidden = true;
  }
}

FIELD.addEventListener("input", search);
FIELD.parentElement.addEventListener("keydown", moveFocus);
FOUND.addEventListener("click", () => { FOUND.hidden = true; });
document.addEventListener("click", (event) => {
  if (!FIELD.parentElement.contains(event.target)) FOUND.hidden = true;
});

// ── Reference: /docs#<error code> shows the errors, /docs#<operationId> that operation ───────────

const REFERENCE = document.getElementById("reference");

function show() {
  const anchor = decodeURIComponent(location.hash.slice(1));
  const errors = document.getElementById("errors");
  const error = anchor && errors.querySelector(`#${CSS.escape(anchor)}`);
  const isError = anchor === "errors" || Boolean(error);
  document.body.dataset.view = isError ? "errors" : "reference";
  if (isError) {
    (error || errors).scrollIntoView();
    return;
  }
  const place = places()[anchor];
  if (place) location.replace(`#${place}`);
  load();
}

function places() {
  return JSON.parse(document.getElementById("anchors").textContent);
}

function load() {
  if (REFERENCE.dataset.loading) return;
  REFERENCE.dataset.loading = "yes";
  document.getElementById("loading").hidden = false;
  const script = document.createElement("script");
  script.src = REFERENCE.dataset.renderer;
  script.addEventListener("load", render);
  document.head.append(script);
}

function render() {
  window.Scalar.createApiReference("#reference", {
    url: REFERENCE.dataset.openapi,
    baseServerURL: location.origin,
    generateOperationSlug: (operation) => operation.operationId ?? `${operation.method}${operation.path}`,
    generateTagSlug: (tag) => tag.name.toLowerCase().replaceAll(" ", "-"),
    authentication: { preferredSecurityScheme: "key" },
    persistAuth: false, // a key stays in this tab, and is gone with it
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    hideModels: true,
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    hideClientButton: true,
    showDeveloperTools: "never",
  });
}

if (REFERENCE) {
  addEventListener("hashchange", show);
  show();
}
