/* The weights of every epoch of a training, where they are kept: a slider, and what each says of the drawing. */
(function (root) {
  "use strict";
  const digit = root.mnistDigit || (root.mnistDigit = {});
  const { make, say } = root.bookParts.dom, { sliced, afterPause } = root.bookParts.work;

  /* `chosen(network, snapshot)` is called with the network of all epochs and the number of its weights. */
  function create({ box, slider, text, strip, row }, chosen) {
    let network = null, entry = null, series = null, ink = null, snapshot = 0;

    /* Another network; the slider stands at its last epoch. */
    function open(next, nextEntry) {
      reading.drop();
      [network, entry, series] = [next, nextEntry, next.snapshots.length > 1 ? next : null];
      const last = series ? series.snapshots.length - 1 : entry.epochs || 0;
      box.hidden = !last;
      slider.max = last;
      slider.value = last;
      snapshot = network.snapshots.length - 1;
      strip.hidden = true;
      tell();
    }

    function tell() {
      const { epoch, accuracy } = series ? series.snapshots[Number(slider.value)] : network.snapshots[0];
      const number = epoch === null ? Number(slider.value) : epoch;
      const words = number === 0 ? "epoch 0, before training" : `epoch ${number}${accuracy === null ? "" : `, ${accuracy.toFixed(2)} % of the test images`}`;
      say(text, words);
      slider.setAttribute("aria-valuetext", words);
    }

    async function choose() {
      try {
        if (!series) {
          const mine = network;
          say(text, "loading the weights of every epoch …");
          const found = await digit.loading.network(entry.name, "epochs");
          if (mine !== network) return;
          series = network = found;
        }
        tell();
        snapshot = Number(slider.value);
        chosen(series, snapshot);
      } catch (error) {
        say(text, error.message);
      }
    }

    function* readSteps() {
      const found = [], mine = series, maps = digit.network.blank(mine), { results, runSteps } = digit.network;
      for (const weights of mine.snapshots) {
        const { probabilities, sound } = results(mine, yield* runSteps(mine, weights, ink, maps));
        const best = digit.network.bestOf(probabilities);
        found.push([weights.epoch, sound ? String(best) : "–", sound ? `${Math.round(100 * probabilities[best])} %` : ""]);
      }
      return found;
    }

    const reading = sliced(readSteps, (found) => {
      row.replaceChildren(...found.map(([epoch, best, share], i) => make("li", { class: i === snapshot ? "digit-now" : null },
        make("span", { class: "digit-small" }, String(epoch === null ? i : epoch)), make("strong", {}, best),
        make("span", { class: "digit-small" }, share))));
    });

    /* What the network says of this drawing after each epoch, once the drawing rests. */
    const rest = afterPause(() => {
      strip.hidden = !series || !ink;
      if (strip.hidden) reading.drop();
      else reading.ask();
    }, 250);

    function follow(nextInk) {
      ink = nextInk;
      rest();
    }

    slider.addEventListener("input", choose);
    return { open, follow };
  }

  digit.epochs = { create };
})(window);
