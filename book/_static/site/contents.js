/* Under the open page in the list at the left, the part that is being read is marked. */
(() => {
  const links = [...document.querySelectorAll("#pst-primary-sidebar .parts a")];
  const parts = new Map(links.map((link) => [document.getElementById(decodeURIComponent(link.hash.slice(1))), link]));
  parts.delete(null);
  if (!parts.size) return;

  const mark = (link) => {
    for (const other of links) {
      if (other === link) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
  };

  /* A section is read when its heading has passed the upper third and the next one hasn't. */
  const headings = [...parts.keys()].map((part) => part.querySelector("h1, h2, h3, h4, h5, h6") ?? part);
  const owner = new Map(headings.map((heading, i) => [heading, [...parts.values()][i]]));
  const above = new Set();
  const seen = new IntersectionObserver((changed) => {
    for (const { target, isIntersecting, boundingClientRect, rootBounds } of changed) {
      if (isIntersecting || boundingClientRect.top < (rootBounds?.top ?? 0)) above.add(target);
      else above.delete(target);
    }
    const last = headings.filter((heading) => above.has(heading)).at(-1);
    mark(last && owner.get(last));
  }, { rootMargin: "0px 0px -67% 0px" });
  headings.forEach((heading) => seen.observe(heading));
})();
