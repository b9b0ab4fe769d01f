/* The book's search: loaded, with its data, when somebody searches.

   A page is worth what its words are: rare ones more than frequent ones, those of a title or a heading
   more than those of the text, pages that have all words more than pages that have some, and lessons more
   than reference (book/_ext/finding.py says which). A word is looked for by its stem and by what means the same. */
(() => {
  const STOP = new Set(("a about an and are as at be by can could do does for from had has have how i if in into is it its "
    + "me my of on or so than that the their then there this to was what when where which who why will with would you your we").split(" "));
  const TITLE = 9, NAME = 4, HEADING = 3.5, TEXT = 2, PAGE = 0.8, EXACT = 14, FULL = 1.6, SAME = 0.8;

  /* "pooling", "pooled" and "pools" are one word here. */
  const known = new Map();
  const stem = (word) => {
    if (!known.has(word)) known.set(word, cut(word));
    return known.get(word);
  };
  const cut = (word) => {
    if (word.length < 4 || /\d/.test(word)) return word;
    let base = word.replace(/'s$/, "").replace(/(ss|us|is)$/, "$1_").replace(/ies$/, "y").replace(/s$/, "").replace(/_$/, "");
    base = base.replace(/(ization|isation|izing|ising|ized|ised|izer|izes|ize|ise)$/, "iz");
    base = base.replace(/^(.{4,})(?:ation|ing|ed|er|ly|ment|al)$/, "$1");
    return base.replace(/([bdgklmnprt])\1$/, "$1").replace(/e$/, "");
  };
  const words = (text) => (text.toLowerCase().normalize("NFKD").match(/[a-z0-9]+(?:[.,][0-9]+)*/g) ?? []);
  const stems = (text) => words(text).map(stem);

  let pages = null, same = {}, frequency = null;
  const waiting = [];

  const count = (text) => {
    const found = new Map();
    for (const word of stems(text)) found.set(word, (found.get(word) ?? 0) + 1);
    return found;
  };

  /* In slices, so that a slow phone goes on taking letters meanwhile. */
  const index = async ({ pages: given, same: means }) => {
    same = means;
    frequency = new Map();
    const made = [];
    let begun = performance.now();
    for (const [address, title, part, worth, sections] of given) {
      const page = { address, title, part, worth, words: new Set(), sections: [], titleWords: new Set(stems(title)),
        nameWords: new Set(stems(`${part} ${address.replace(/^book|html$/g, "")}`)), count: new Map() };
      for (const [anchor, heading, prose] of sections) {
        const section = { anchor, heading, prose, headingWords: new Set(stems(heading)), textWords: count(prose) };
        page.sections.push(section);
        for (const word of section.headingWords) page.words.add(word);
        for (const [word, times] of section.textWords) page.count.set(word, (page.count.get(word) ?? 0) + times);
      }
      for (const some of [page.titleWords, page.nameWords, page.count.keys()]) for (const word of some) page.words.add(word);
      for (const word of page.words) frequency.set(word, (frequency.get(word) ?? 0) + 1);
      made.push(page);
      if (performance.now() - begun > 12) {
        await new Promise((next) => setTimeout(next));
        begun = performance.now();
      }
    }
    pages = made;
  };

  const rarity = (word) => Math.log(1 + pages.length / (0.5 + (frequency.get(word) ?? 0)));

  /* The words asked for, each as [[stem, weight], …]: itself, what means the same, and, for the last
     word while it is being typed, what begins with it. */
  const asked = (query) => {
    const all = words(query), kept = all.filter((word) => !STOP.has(word));
    return (kept.length ? kept : all).map((word, i, list) => {
      const forms = [[stem(word), 1], ...stems(same[word] ?? "").map((other) => [other, SAME])];
      if (i === list.length - 1 && word.length > 2 && !frequency.has(stem(word))) {
        for (const other of frequency.keys()) if (other.startsWith(word)) forms.push([other, 0.6]);
      }
      return { word, forms, empty: same[word] === "" };
    });
  };

  const worthOf = (word, weight, page, section) => {
    const times = section.textWords.get(word) ?? 0;
    const named = (page.titleWords.has(word) ? TITLE : page.nameWords.has(word) ? NAME : 0) + (section.headingWords.has(word) ? HEADING : 0);
    return weight * rarity(word) * (named + TEXT * times / (times + 1.2) + PAGE * Math.log(1 + (page.count.get(word) ?? 0)));
  };

  const judge = (page, terms) => {
    let total = 0, met = 0;
    const scores = page.sections.map(() => 0);
    for (const { forms, empty } of terms) {
      let best = 0;
      page.sections.forEach((section, i) => {
        let score = 0;
        for (const [word, weight] of forms) score = Math.max(score, worthOf(word, weight, page, section));
        scores[i] += score;
        best = Math.max(best, score);
      });
      total += best;
      met += best > 0 || empty ? 1 : 0;
    }
    if (!total) return null;
    page.sections.forEach(({ headingWords }, i) => { /* what was asked is all that a heading says */
      if (headingWords.size === terms.length && terms.every(({ forms }) => headingWords.has(forms[0][0]))) {
        scores[i] += EXACT;
        total += EXACT;
      }
    });
    const sorted = [...scores].sort((a, b) => b - a);
    const score = (total + 0.5 * sorted[0] + 0.15 * (sorted[1] ?? 0)) * (met / terms.length) ** FULL * page.worth;
    return { page, score, section: page.sections[scores.indexOf(sorted[0])] };
  };

  /* The sentence that says most of what was asked. */
  const snippet = ({ section, page }, terms) => {
    const looked = new Set(terms.flatMap(({ forms }) => forms.map(([word]) => word)));
    const value = (sentence) => new Set(stems(sentence).filter((word) => looked.has(word))).size - Math.abs(sentence.length - 120) / 400;
    const text = section.prose || page.sections[0]?.prose || "";
    const sentences = text.split(/\n|(?<=[.?!:]) (?=[A-Z“])/).filter((sentence) => sentence.length > 25);
    const best = sentences.reduce((one, other) => (value(other) > value(one) ? other : one), sentences[0] ?? "");
    return best.length > 240 ? `${best.slice(0, 236).replace(/\s\S*$/, "")} …` : best;
  };

  const find = (query, most = 20) => {
    const terms = asked(query);
    if (!terms.length) return [];
    return pages.map((page) => judge(page, terms)).filter(Boolean).sort((a, b) => b.score - a.score).slice(0, most)
      .map((found) => ({ address: found.page.address + (found.section.anchor && found.section !== found.page.sections[0] ? `#${found.section.anchor}` : ""),
        page: found.page.address, title: found.page.title, part: found.page.part,
        heading: found.section === found.page.sections[0] ? "" : found.section.heading, snippet: snippet(found, terms),
        words: terms.flatMap(({ forms }) => forms.map(([word]) => word)) }));
  };

  window.bookSearch = {
    async data(given) {
      await index(given);
      for (const resume of waiting.splice(0)) resume();
    },
    ready: () => (pages ? Promise.resolve() : new Promise((resume) => waiting.push(resume))),
    find, stem,
  };
})();
