"use strict";
// Unpacks the scenario that is opened, and filters the list. Text reaches the page as text; the drawing alone is markup, escaped where it is drawn.
const articles = [...document.querySelectorAll("article")];
const form = document.getElementById("filters");

async function unpacked(block) {
  const text = atob(block.textContent), octets = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) octets[place] = text.charCodeAt(place);
  const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

// The list is on the page before the blocks are, which come last.
const whole = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve));
const once = new Map();
async function unpackedOnce(id, read = (value) => value) {
  await whole;
  if (!once.has(id)) once.set(id, unpacked(document.getElementById(id)).then(read));
  return once.get(id);
}
const allLines = () => unpackedOnce("lines");
const inside = async (article) =>
  (await unpackedOnce(article.dataset.packed, (block) => block.map(counted)))[article.dataset.place];

// Lines that were new to a scenario come without their numbers, which follow each other.
function counted(story) {
  let next = story.first;
  const number = (value) => Array.isArray(value) ? value.map(number) : value === -1 ? next++ : value;
  return { ...story, picture: number(story.picture), rows: number(story.rows), file: number(story.file) };
}

function element(name, kind, ...children) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.append(...children);
  return made;
}

// A <details> whose content is made when it is opened for the first time.
function opening(summary, fill, open = false) {
  const details = element("details", "", element("summary", "", summary));
  details.addEventListener("toggle", () => details.append(...fill()), { once: true });
  details.open = open;
  return details;
}

function row([at, kind, lane, summary, good, details], lines) {
  const texts = () => details.flatMap(([name, numbers]) => [
    ...(name ? [element("h4", "", name)] : []),
    element("pre", "", numbers.map((number) => lines[number]).join("\n")),
  ]);
  const moment = at.replace("T", " ").replace("Z", "").replace(".000", "");
  const told = details.length ? opening(lines[summary], texts, lines[kind] === "broken") : lines[summary];
  return element("li", `${lines[kind].replaceAll(" ", "-")}${good ? "" : " bad"}`,
    element("span", "at", moment), element("span", "kind", lines[kind]),
    element("span", "lane", lines[lane]), element("div", "what", told));
}

// A long list grows as its end comes into view.
const CHUNK = 300;
function growing(list, items, make) {
  const end = element("li", "more", "…");
  let next = 0;
  const grow = () => {
    for (const item of items.slice(next, next + CHUNK)) end.before(make(item));
    next += CHUNK;
    if (next >= items.length) end.remove();
  };
  list.append(end);
  grow();
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) grow();
  }, { rootMargin: "1000px" }).observe(end);
  return list;
}

const LONGEST_FACT = 120;
function fact([label, text, link]) {
  const told = element("dd", "");
  if (link) Object.assign(told.appendChild(element("a", "", text)), { href: link });
  else if (text.length > LONGEST_FACT) told.append(opening(`${text.slice(0, LONGEST_FACT)} …`, () => [text]));
  else told.append(text);
  return [element("dt", "", label), told];
}

async function show(article) {
  const place = article.querySelector(".inside");
  if (place.childElementCount) return;
  place.append(element("p", "facts", "Unpacking …"));
  const [lines, story] = await Promise.all([allLines(), inside(article)]);
  const text = (numbers) => numbers.map((number) => lines[number]).join("\n");
  const parts = story.description.map((paragraph) => element("p", "description", paragraph));
  parts.push(element("dl", "", ...story.facts.flatMap(fact)));
  if (story.picture.length) {
    const drawing = element("div", "scroll");
    drawing.innerHTML = text(story.picture);
    parts.push(opening("Who said what to whom", () => [drawing], true));
  }
  parts.push(opening("Timeline", () => [growing(element("ol", "timeline"), story.rows, (each) => row(each, lines))], true));
  if (text(story.file)) {
    parts.push(opening("The scenario file, with what was given", () => [element("pre", "", text(story.file))]));
  }
  place.replaceChildren(...parts);
}

function collect(value, numbers) {
  if (Array.isArray(value)) for (const each of value) collect(each, numbers);
  else if (typeof value === "number") numbers.add(value);
  return numbers;
}

const numbersOf = new Map();
async function numbersIn(article) {
  const story = await inside(article);
  if (!numbersOf.has(article)) numbersOf.set(article, [...collect([story.rows, story.file], new Set())]);
  return numbersOf.get(article);
}

// Return the articles that have each of the words somewhere in their requests, log entries and files.
async function inRequestsAndLogs(words) {
  const lines = (await allLines()).map((line) => line.toLowerCase());
  const hits = words.map((word) => Uint8Array.from(lines, (line) => line.includes(word)));
  const inside = await Promise.all(articles.map(numbersIn));
  const fits = (numbers) => hits.every((hit) => numbers.some((number) => hit[number]));
  return new Set(articles.filter((article, place) => fits(inside[place])));
}

let turn = 0;
async function choose() {
  const wanted = new FormData(form), mine = ++turn;
  const words = wanted.get("words").toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length && wanted.get("everywhere")) document.getElementById("shown").textContent = "searching …";
  const deep = words.length && wanted.get("everywhere") ? await inRequestsAndLogs(words) : new Set();
  if (mine !== turn) return;
  let shown = 0;
  for (const article of articles) {
    const text = article.querySelector("summary").textContent.toLowerCase();
    const fits = (words.every((word) => text.includes(word)) || deep.has(article))
      && ["outcome", "folder"].every((name) => !wanted.get(name) || article.dataset[name] === wanted.get(name))
      && (!wanted.get("tag") || article.dataset.tags.split(" ").includes(wanted.get("tag")));
    article.hidden = !fits;
    shown += fits;
  }
  document.getElementById("shown").textContent = `${shown} of ${articles.length}`;
}

function arrange(event) {
  if (event.target.name !== "order") return;
  const slowest = (one, other) => other.dataset.seconds - one.dataset.seconds;
  document.querySelector("main").append(...(event.target.value ? [...articles].sort(slowest) : articles));
}

function open(article) {
  if (!article || !article.querySelector(".story")) return;
  article.querySelector(".story").open = true;
  article.scrollIntoView();
}

const named = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));
for (const article of articles) {
  const story = article.querySelector(".story");
  story.addEventListener("toggle", () => show(article), { once: true });
  // What went wrong comes first in an opened scenario, and stays in sight below a closed one.
  const failures = article.querySelectorAll("pre.failure");
  story.addEventListener("toggle", () => story.open ? story.querySelector(".inside").before(...failures) : article.append(...failures));
}
if (form) {
  form.addEventListener("input", choose);
  form.addEventListener("input", arrange);
  form.addEventListener("submit", (event) => event.preventDefault());
  choose();
}
if (articles.length <= 3) articles.forEach((article) => { article.querySelector(".story").open = true; });
addEventListener("hashchange", () => open(named()));
if (location.hash) open(named());
