// Shows the explanation of the option that was chosen, and only that. Without this script all explanations are open.
document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form.quiz")) {
    form.classList.add("live");
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", (event) => {
      const question = event.target.closest("fieldset");
      for (const why of question.querySelectorAll(".why")) why.classList.remove("told");
      event.target.closest(".option").querySelector(".why").classList.add("told");
    });
  }
});
