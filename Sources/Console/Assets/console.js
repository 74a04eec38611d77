// Keys in lists and the focus after the main part of a page was exchanged. Without this script everything works as well.
"use strict";
(() => {
    const isTyping = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

    const move = (step) => {
        const rows = [...document.querySelectorAll("main tbody tr")];
        if (rows.length === 0) return;
        const place = rows.indexOf(document.activeElement.closest("tr"));
        const row = rows[Math.min(rows.length - 1, Math.max(0, place < 0 ? 0 : place + step))];
        row.tabIndex = -1;
        row.focus();
    };

    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
        if (event.key === "/") {
            const field = document.querySelector("input[data-find]");
            if (!field) return;
            field.focus();
            field.select();
            event.preventDefault();
        } else if (event.key === "f") {
            const field = document.querySelector("main form[method=get] :is(input:not([type=hidden]), select)");
            if (!field) return;
            const form = field.closest("details");
            if (form) form.open = true;
            field.focus();
            event.preventDefault();
        } else if (event.key === "j" || event.key === "k") {
            move(event.key === "j" ? 1 : -1);
        } else if (event.key === "Enter" && event.target.matches("tr")) {
            event.target.querySelector("a")?.click();
        }
    });

    // A slider says where it stands.
    document.addEventListener("input", (event) => {
        const output = event.target.type === "range" ? event.target.parentElement.querySelector("output") : null;
        if (output) output.value = event.target.value;
    });

    // What is done step by step goes on as long as its page is open.
    const goOn = () => document.querySelector("form[data-go-on]")?.requestSubmit();
    addEventListener("DOMContentLoaded", goOn);
    document.addEventListener("htmx:afterSettle", goOn);

    // Who listens to the page instead of looking at it is told that there is another one.
    document.addEventListener("htmx:afterSettle", () => document.getElementById("main")?.focus({ preventScroll: true }));

    // A session that ended: the page as a whole, and not a part of it, shows the sign-in.
    document.addEventListener("htmx:beforeSwap", (event) => {
        const address = event.detail.xhr.responseURL;
        if (new URL(address, location.href).pathname === "/sign-in") {
            event.detail.shouldSwap = false;
            location.assign(address);
        } else if (event.detail.xhr.status >= 400 && event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) {
            event.detail.shouldSwap = true;
            event.detail.isError = false;
        }
    });
})();
