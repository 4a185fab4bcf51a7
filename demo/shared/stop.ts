/** Says why the page cannot go on, and offers to load it again. @param place an element that is there for texts */
export function showStop(place: HTMLElement, error: Error): void {
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Try again";
    again.addEventListener("click", () => location.reload());
    place.setAttribute("role", "alert");
    place.replaceChildren(error.message, again);
    place.hidden = false;
    console.error(error);
}
