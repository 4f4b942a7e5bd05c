// Adds what happens to the timeline's table; without script the page is read anew.
"use strict";

const rows = document.getElementById("timeline");
const box = rows.closest(".scroll");
const pause = document.getElementById("pause");
const MOST = 2000; // rows that a browser lays out at ease; the filter looks through all that are kept
let source = null;
let place = "";

function toEnd() {
  box.scrollTop = box.scrollHeight;
}

function watch() {
  const address = new URL(rows.dataset.stream, location.href);
  if (place) { address.searchParams.set("after", place); }
  source = new EventSource(address);
  source.addEventListener("message", (event) => {
    place = event.lastEventId;
    const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 60;
    rows.insertAdjacentHTML("beforeend", event.data);
    while (rows.rows.length > MOST) { rows.rows[0].remove(); }
    if (atEnd) { toEnd(); }
  });
}

pause.hidden = false;
addEventListener("load", toEnd);
pause.addEventListener("click", () => {
  if (source) {
    source.close();
    source = null;
    pause.textContent = "Go on";
  } else {
    pause.textContent = "Pause";
    watch();
  }
});
watch();
