// What pages do beyond plain forms: copying, the ticking clock, live parts, searches that go on, and tables as cards where they do
// not fit.
// Every page works without it.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const words = button.textContent;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = words; }, 2000);
  });
}

// A table that is wider than its place becomes a list of cards, which need the column's name beside every cell.
function nameCells() {
  for (const table of document.querySelectorAll("[data-table] table")) {
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, column) => {
        if (row.cells.length === names.length) { cell.dataset.label = names[column]; }
      });
    }
  }
  fitTables();
}

// What scrolls nevertheless can be reached with the keyboard.
function fitTables() {
  for (const box of document.querySelectorAll(".scroll")) {
    box.classList.remove("rows-as-cards");
    box.classList.toggle("rows-as-cards", "table" in box.dataset && box.scrollWidth > box.clientWidth);
    box.tabIndex = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight ? 0 : -1;
  }
}

// What is opened or closed in a live part stays so, and what has not changed is left alone.
const parts = [...document.querySelectorAll("[data-live]")].map((part) => ({ part, seen: part.innerHTML }));

async function refresh() {
  if (document.hidden) { return; }
  const answer = await fetch(location.href);
  if (!answer.ok) { return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const live of parts) {
    const fresh = page.getElementById(live.part.id);
    if (fresh && fresh.innerHTML !== live.seen) {
      const open = [...live.part.querySelectorAll("details")].map((each) => each.open);
      live.part.innerHTML = live.seen = fresh.innerHTML;
      live.part.querySelectorAll("details").forEach((each, place) => { each.open = open[place] ?? each.open; });
      nameCells();
    }
  }
}

function follow() {
  refresh().catch(() => {}).finally(() => setTimeout(follow, 1000));
}

function tick() {
  const clock = document.querySelector(".clock time");
  const shown = Date.parse(clock.dateTime);
  const began = Date.now();
  setInterval(() => {
    const moment = new Date(shown + Date.now() - began).toISOString();
    clock.textContent = `${moment.slice(0, 19).replace("T", " ")} UTC`;
  }, 1000);
}

// While time passes the page goes on showing what happens; then it is read anew.
for (const form of document.querySelectorAll("form[data-passing]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    button.textContent = "Time is passing…";
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.ok) {
      location.reload();
    } else {
      form.append(Object.assign(document.createElement("p"), { className: "bad", textContent: await reason(answer) }));
      button.disabled = false;
      button.textContent = "Try again";
    }
  });
}

async function reason(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return (page.querySelector("[role=alert]") || page.body).textContent;
}

// A search that has met nothing yet goes on by itself, a page of the server's at a time, until something is there or all is seen.
async function searchOn(note) {
  note.textContent = "Searching…";
  let next = document.querySelector(".paging [rel=next]").href;
  for (;;) {
    const answer = await fetch(next);
    if (!answer.ok) { throw new Error(answer.statusText); }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("[data-searching]")) { location.replace(next); return; }
    next = page.querySelector(".paging [rel=next]").href;
  }
}

for (const form of document.querySelectorAll("form[data-submit]")) { form.submit(); }

for (const link of document.querySelectorAll(".side [aria-current]")) {
  const strip = link.parentElement;
  strip.scrollLeft = link.offsetLeft - strip.offsetLeft - 12;
}
nameCells();
addEventListener("resize", fitTables);
if (document.querySelector(".clock time")) { tick(); }
if (parts.length) { setTimeout(follow, 1000); }
for (const note of document.querySelectorAll("[data-searching]")) {
  const words = note.textContent;
  searchOn(note).catch(() => { note.textContent = words; });
}
