// Shortcuts over the plain forms of a page: every key presses a button, or opens a part, that is on the page anyway.
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const cookie = "keys";
  const isOn = () => !document.cookie.split("; ").includes(`${cookie}=off`);
  const items = () => all("[data-alert]");
  const current = () => document.activeElement?.closest("[data-alert]");
  let last = 0; // the place of the alert that was read last, to go on from when it leaves the page

  const focusOn = (item) => {
    if (!item) return;
    last = Math.max(0, items().indexOf(item));
    item.focus();
    item.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const found = items(), at = found.indexOf(current());
    focusOn(found[at < 0 ? (by > 0 ? 0 : found.length - 1) : Math.min(Math.max(at + by, 0), found.length - 1)]);
  };

  // On the desk the keys work the one form below the table: without a choice, for the row that is focused.
  const bulk = () => one("form[data-desk]");
  const choose = (item) => {
    if (bulk() && item && !one("input[name^='alert.']:checked")) one("input[type=checkbox]", item).checked = true;
  };
  const place = () => {
    const item = current() ?? items()[Math.min(last, items().length - 1)];
    choose(item);
    return bulk() ?? item;
  };
  const use = (letter) => {
    const root = place(), found = root && one(`[data-key~="${letter}"]`, root);
    if (!found) return;
    if (found.tagName !== "DETAILS") return needs(found) ?? found.click();
    all("details[data-key][open]", root).forEach((other) => { if (other !== found) other.open = false; });
    found.open = true;
    one("select, input:not([type=hidden]), button", found)?.focus();
    if (one("[data-choice]", found)) one("[data-choice]", found).focus();
  };
  // A button that wants a person, or words, sends the reader there first.
  const needs = (button) => {
    const form = button.form, wanted = { escalate: "whom", assign: "whom", note: "note" }[button.value];
    const field = wanted && bulk() === form && form.elements.namedItem(wanted);
    if (!field || field.value) return null;
    field.focus();
    return field;
  };
  const pick = (number) => {
    const open = document.activeElement?.closest("details[data-key][open]");
    one(`[data-choice="${number}"]`, open ?? document.createElement("i"))?.click();
  };
  const close = () => {
    const open = document.activeElement?.closest("details[data-key][open]");
    const item = current() ?? items()[Math.min(last, items().length - 1)];
    if (open) open.open = false;
    focusOn(item);
  };

  const dialog = () => one("dialog.keys");
  const keys = {
    j: () => step(1), k: () => step(-1), z: () => one("#said [data-key=z]")?.click(),
    x: () => { const box = current() && one("input[type=checkbox]", current()); if (bulk() && box) box.checked = !box.checked; },
    "/": () => one("#q")?.focus(), "?": () => dialog()?.showModal(),
    Enter: () => one("a[data-open]", current() ?? document.createElement("i"))?.click(),
  };
  for (const letter of "dyeasn") keys[letter] = () => use(letter);
  for (const number of "12345678") keys[number] = () => pick(number);

  const isTyping = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape" && !dialog()?.open) return close();
    if (!isOn() && event.key !== "?") return;
    if (dialog()?.open || isTyping(event.target)) return;
    if (event.key === "Enter" && event.target.closest("a, button, summary, input")) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("focusin", () => { if (current()) last = items().indexOf(current()); });

  // What was saved is said; where it cannot be, the page stays as it is and says why.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if (status < 400) return;
    event.detail.shouldSwap = false;
    const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const told = one("#said", answer), place = one("#said");
    if (place) place.replaceChildren(...(told ? told.childNodes : all("main p", answer)));
    one("#said")?.scrollIntoView({ block: "nearest" });
  });
  // The reader goes on where they were: with the same alert, or with the one that came into its place.
  let kept = null;
  document.addEventListener("htmx:beforeRequest", () => { kept = current()?.dataset.alert ?? null; });
  document.addEventListener("htmx:afterSettle", () => {
    const found = items(), same = found.find((item) => item.dataset.alert === kept);
    const place = bulk() ? found[Math.min(last, found.length - 1)] : same ?? found[Math.min(last, found.length - 1)];
    focusOn(place ?? one("main"));
    expire();
  });

  // The button that takes back goes when its time is over; the server counts for itself.
  const expire = () => all(".done[data-seconds]").forEach((form) => {
    setTimeout(() => one("[data-key=z]", form)?.remove(), 1000 * Number(form.dataset.seconds));
  });

  const start = () => {
    expire();
    const button = one("[data-keys]"), box = one("dialog.keys input");
    if (button && dialog()) {
      button.hidden = false;
      button.addEventListener("click", () => dialog().showModal());
      box.checked = isOn();
      box.addEventListener("change", () => {
        document.cookie = `${cookie}=${box.checked ? "on" : "off"}; path=/; max-age=31536000; SameSite=Lax`;
      });
    }
    if (items().length === 1 && !bulk() && !location.hash) items()[0].focus({ preventScroll: true });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
