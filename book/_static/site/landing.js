/* The first screen: the champion reads the digit that is there, and whatever is drawn over it.
   It is put together from the parts of the page "Draw a digit" (book/_ext/landing.py). */
(() => {
  const NAME = "beyond/champion", FILE = "beyond-champion";
  const { mnistDigit: digit } = window;
  const box = document.getElementById("landing"), canvas = document.getElementById("landing-canvas");
  if (!box || !canvas) return;
  const said = document.getElementById("landing-digit"), sure = document.getElementById("landing-sure");
  const bars = [...document.querySelectorAll("#landing-bars li")];
  const clear = document.getElementById("landing-clear");
  let network = null, asked = false, maps;

  const read = () => {
    asked = false;
    if (!network) return;
    if (pad.isEmpty()) {
      said.value = "";
      sure.textContent = "Write a digit.";
      bars.forEach((bar) => bar.style.setProperty("--share", 0));
      return;
    }
    maps = digit.network.run(network, network.snapshots.at(-1), pad.image(true).image, maps);
    const { probabilities } = digit.network.results(network, maps);
    const best = digit.network.bestOf(probabilities);
    said.value = best;
    sure.textContent = `${window.bookParts.numbers.percent(probabilities[best]).replace(/ /g, "\u00a0")} sure`;
    bars.forEach((bar, i) => {
      bar.style.setProperty("--share", probabilities[i]);
      bar.classList.toggle("active", i === best);
    });
  };
  const ask = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(read);
  };

  const pad = digit.pad.create(canvas, ask, () => {}, { tapFirst: true });
  const pixels = atob(box.dataset.digit);
  pad.lay({ image: Float32Array.from(pixels, (byte) => byte.charCodeAt(0) / 255) });
  clear.addEventListener("click", () => { pad.clear(); canvas.focus({ preventScroll: true }); });

  digit.catalogue([{ name: NAME, file: FILE }]);
  const load = () => digit.loading.network(NAME).then((loaded) => {
    network = loaded;
    ask();
  }).catch((error) => { sure.textContent = error.message; });
  if ("requestIdleCallback" in window) requestIdleCallback(load, { timeout: 1500 });
  else setTimeout(load, 200);
})();
