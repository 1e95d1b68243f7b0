// Keys of the queue and of the review page. None of them decides anything: the buttons do, by POST.
const HELP = [
  ["j / k", "next, previous row"],
  ["x", "select the row"],
  ["o", "open the row"],
  ["c", "claim, or give the claim back; in the queue: go there"],
  ["r", "write a reason"],
  ["n", "next that waits"],
  ["?", "this help; Escape closes it"],
];
const rows = () => [...document.querySelectorAll("#result_list tbody tr")].filter((row) => row.querySelector("th a, td a"));
const linkOf = (row) => row.querySelector("a[href*='/change/']");
let current = -1;

function move(by) {
  const all = rows();
  if (!all.length) return;
  all[current]?.classList.remove("fs-current");
  current = Math.min(Math.max(current + by, 0), all.length - 1);
  all[current].classList.add("fs-current");
  linkOf(all[current])?.focus({ preventScroll: true });
  all[current].scrollIntoView({ block: "nearest" });
}

function go(fragment) {
  const link = linkOf(rows()[current] ?? document.createElement("tr"));
  if (link) location.assign(link.href + fragment);
}

function claim() {
  const button = document.querySelector("button[name=action][value=claim], button[name=action][value=release]");
  if (button && !button.disabled) button.click();
  else go("#claim");
}

function reason() {
  const field = document.getElementById("note");
  if (field) field.focus();
  else go("#note");
}

function help() {
  let dialog = document.getElementById("fs-keys");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "fs-keys";
    dialog.className = "fs-card fs-keys";
    dialog.setAttribute("aria-label", "Keys");
    const list = document.createElement("dl");
    for (const [key, does] of HELP) {
      const name = document.createElement("dt");
      const what = document.createElement("dd");
      name.textContent = key;
      what.textContent = does;
      list.append(name, what);
    }
    dialog.append(list);
    document.body.append(dialog);
  }
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: () => rows()[current]?.querySelector("input.action-select")?.click(),
  o: () => go(""),
  c: claim,
  r: reason,
  n: () => document.querySelector("a.fs-next")?.click(),
  "?": help,
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const act = KEYS[event.key];
  if (!act || (document.querySelector("dialog[open]") && event.key !== "?")) return;
  event.preventDefault();
  act();
});

if (location.hash === "#note") document.getElementById("note")?.focus();
if (location.hash === "#claim") document.querySelector("button[value=claim], button[value=release]")?.focus();
