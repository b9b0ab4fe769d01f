/* When work is done: once a frame, after a pause, or in slices. */
(function (root) {
  "use strict";
  const parts = root.bookParts || (root.bookParts = {});

  /* Runs `work` once, before the next frame is painted, however often it is asked for. */
  function oncePerFrame(work) {
    let waiting = 0;
    return () => { waiting = waiting || requestAnimationFrame(() => { waiting = 0; work(); }); };
  }

  /* Runs `work` when it has not been asked for during `wait` ms: for announcements, and for slow things. */
  function afterPause(work, wait) {
    let timer = 0;
    return () => { clearTimeout(timer); timer = setTimeout(work, wait); };
  }

  let frame = 0, left = 0; // the frame that is under way, and what is left of its time

  /* What is left of the `budget` ms that all work in slices has together in a frame; a millisecond always is. */
  function timeFor(budget, now) {
    if (now !== frame) [frame, left] = [now, budget];
    return Math.max(1, left);
  }

  /* Long work in slices, so that the page never stands still. `steps` makes an iterator that does a little
     with each next(); all slices of a frame together take at most `budget` ms, and done(result, ms of work) ends it.
     Asked for again meanwhile, it goes on to its end first and then begins anew, so that what is shown
     follows a hand that never rests. `drop()` forgets what is under way. */
  function sliced(steps, done, budget = 7) {
    let work = null, again = false, waiting = 0, spent = 0;

    function slice(now) {
      waiting = 0;
      const from = performance.now(), mine = timeFor(budget, now);
      try {
        if (!work) [work, again, spent] = [steps(), false, 0];
        let step = work.next();
        while (!step.done && performance.now() - from < mine) step = work.next();
        const took = performance.now() - from;
        spent += took;
        left -= took;
        if (step.done) {
          work = null;
          done(step.value, spent);
        }
      } catch (error) {
        work = null;
        throw error;
      } finally {
        if (work || again) waiting = waiting || requestAnimationFrame(slice);
      }
    }

    const ask = () => { again = true; waiting = waiting || requestAnimationFrame(slice); };
    return {
      ask,
      drop: () => { work = null; again = false; cancelAnimationFrame(waiting); waiting = 0; },
      busy: () => Boolean(work || again),
    };
  }

  /* Runs an iterator to its end at once, for what is short; returns its result. */
  function atOnce(work) {
    let step = work.next();
    while (!step.done) step = work.next();
    return step.value;
  }

  parts.work = { oncePerFrame, afterPause, sliced, atOnce };
})(typeof window === "undefined" ? globalThis : window);
