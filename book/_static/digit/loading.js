/* The data that was made when the site was built: what networks there are, test digits, and weights.
   Weights are loaded when they are asked for, as scripts: a page opened from a file may not fetch. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const here = new URL("../digit/", document.currentScript.src).href; // the data of the page, whichever page asks for it
  const documents = new Map(), promises = new Map();
  let networks = [], sample = new Map(), others = null;

  /* The scripts of the data call these four. */
  digit.catalogue = (list) => { networks = list; };
  digit.arrived = (name, which, data) => { documents.set(`${name} ${which}`, data); };
  digit.sampleDigits = (data) => { sample = unpacked(data); };
  digit.otherDigits = (data) => { others = unpacked(data); };

  /* Test digits by their index: {index, label, image}, the image 784 numbers of ink from 0 to 1. */
  function unpacked(data) {
    const packed = root.atob(data.pixels), pixels = new Uint8Array(784 * data.index.length);
    for (let i = 0, at = 0; i < packed.length; i++) {
      const value = packed.charCodeAt(i);
      if (value) pixels[at++] = value;
      else at += packed.charCodeAt(++i); // a run of paper
    }
    return new Map(data.index.map((index, n) => [index,
      { index, label: data.label[n], image: Float32Array.from(pixels.subarray(784 * n, 784 * (n + 1)), (v) => v / 255) }]));
  }

  /* The sample and all that an offered network gets wrong; the latter are loaded when they are asked for. */
  async function allDigits() {
    if (!others) await loadScript("others.js");
    return new Map([...sample, ...others]);
  }

  function loadScript(file) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL(file, here).href;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`The file ${file} of this site could not be loaded. Reload the page.`));
      document.head.append(script);
    });
  }

  /* The network of that name: `which` is "final", or "epochs" for the weights of every epoch. */
  function network(name, which = "final") {
    const key = `${name} ${which}`;
    if (!promises.has(key)) {
      const { file } = networks.find((entry) => entry.name === name);
      promises.set(key, loadScript(`networks/${file}${which === "epochs" ? "-epochs" : ""}.js`)
        .then(() => digit.reading.fromData(documents.get(key)))
        .catch((error) => { promises.delete(key); throw error; }));
    }
    return promises.get(key);
  }

  digit.loading = { network, networks: () => networks, sample: () => sample, allDigits };
})(window);
