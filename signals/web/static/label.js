// Keys for the page, and the next passage fetched while this one is read. Without it every button is a plain form.
"use strict";
(() => {
  const PLACE = "/etiketleme";
  const question = () => document.getElementById("question");
  const isOn = () => !document.cookie.split("; ").includes("keys=off"); // the same choice as for all shortcuts
  let ahead = null, busy = false;

  const asPart = (html) => new DOMParser().parseFromString(html, "text/html").body.firstElementChild;

  const fetchAhead = () => {
    const { item, queue } = question().dataset;
    ahead = item ? fetch(`${PLACE}/soru?` + new URLSearchParams({ sonra: item, kuyruk: queue })) : null;
    ahead = ahead && ahead.then((answer) => (answer.ok && !answer.redirected ? answer.text() : null)).catch(() => null);
  };

  const say = (isLost) => { document.getElementById("lost").hidden = !isLost; };

  // The next one is shown only after this answer is known to be kept.
  const send = async (form, button) => {
    const body = new URLSearchParams(new FormData(form));
    if (button && button.name) body.append(button.name, button.value);
    const kept = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "after" } });
    if (kept.redirected || kept.status === 401) return location.reload();
    if (!kept.ok) throw new Error(String(kept.status));
    const after = asPart(await kept.text());
    const next = ahead && await ahead;
    if (!next) return location.assign(PLACE + location.search.replace(/[?&]belge=[^&]*/, ""));
    document.getElementById("after").replaceWith(after);
    question().replaceWith(asPart(next));
    question().querySelector("h2").focus({ preventScroll: true });
    history.replaceState(null, "", PLACE + (question().dataset.queue ? `?kuyruk=${question().dataset.queue}` : ""));
    fetchAhead();
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!question() || !form.action.endsWith(`${PLACE}/yanit`)) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    try { await send(form, event.submitter); say(false); } catch { say(true); } finally { busy = false; }
  });

  const press = (found) => {
    if (found.tagName === "DETAILS") { found.open = !found.open; found.querySelector("summary").focus(); } else found.click();
  };

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input:not([type=checkbox]), select, textarea");
    const isElsewhere = event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]");
    if (isTyping || isElsewhere || !isOn()) return;
    const side = document.querySelector("#question details[open]");
    if (side && event.key === "Escape") { side.open = false; return; }
    const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const letter = side && side.querySelector(`[data-letter="${CSS.escape(pressed)}"]`);
    const found = letter || document.querySelector(`[data-key="${CSS.escape(pressed)}"]`);
    const isOwn = pressed === " " && event.target.matches("button, summary, input");
    if (!found || isOwn || (pressed === "Enter" && !side.querySelector(":checked"))) return;
    event.preventDefault();
    if (busy || event.repeat) return;
    if (letter && event.shiftKey) { const box = letter.parentElement.querySelector("input"); if (box) box.checked = !box.checked; return; }
    press(found);
  });

  if (question()) { fetchAhead(); question().querySelector("h2").focus({ preventScroll: true }); }
})();
