// Moves the explorers: the options chosen by all controls together make one state, computed when the site was built.
document.addEventListener("DOMContentLoaded", () => {
  for (const figure of document.querySelectorAll("figure.explorer.live")) moveExplorer(figure);
});

function moveExplorer(figure) {
  const states = JSON.parse(figure.querySelector("script").textContent);
  const form = figure.querySelector("form");
  const picture = figure.querySelector("img");
  const note = figure.querySelector("figcaption");
  note.textContent = note.dataset.moving;
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    let place = 0;
    for (const axis of form.querySelectorAll("[data-axis]")) place = place * axis.dataset.axis + chosenOption(axis);
    const [address, said] = states[place];
    figure.querySelector(".said").innerHTML = said;
    if (!picture) return;
    picture.hidden = !address;
    if (address) picture.src = address;
  });
}

// The number of the option that a control stands at; a slider also says it in words.
function chosenOption(axis) {
  const inputs = [...axis.querySelectorAll("input, select")];
  const [first] = inputs;
  if (first.type === "radio") return inputs.findIndex((input) => input.checked);
  if (first.type === "checkbox") return Number(first.checked);
  if (first.type !== "range") return first.selectedIndex;
  const value = JSON.parse(first.dataset.values)[first.value];
  axis.querySelector(".value").textContent = value;
  first.setAttribute("aria-valuetext", value);
  return Number(first.value);
}
