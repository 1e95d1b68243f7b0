// Names that unfold, simplebar and select2 leave out: a screen reader lists landmarks and reads fields by them.
addEventListener("load", () => setTimeout(() => {  // after those that make them, at the same event
    document.getElementById("nav-sidebar-inner")?.setAttribute("aria-label", "Sidebar");
    document.getElementById("tabs-items")?.setAttribute("aria-label", "Tabs");
    document.querySelectorAll(".simplebar-content-wrapper").forEach((area, place) => {
        area.setAttribute("aria-label", `Scrollable content ${place + 1}`);
    });
    document.querySelectorAll(".help-tooltip[aria-label]").forEach(tip => tip.setAttribute("role", "img"));
    document.querySelectorAll("select.select2-hidden-accessible").forEach(field => {
        const label = field.labels[0], shown = field.parentElement.querySelector(".select2-selection");
        if (!label || !shown) return;
        label.id ||= `${field.id}-label`;
        shown.setAttribute("aria-labelledby", `${label.id} ${shown.getAttribute("aria-labelledby") ?? ""}`);
        shown.querySelector("[role=textbox]")?.setAttribute("aria-labelledby", label.id);
    });
}));
