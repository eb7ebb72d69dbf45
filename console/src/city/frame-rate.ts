const WINDOW_MS = 1_000;

/** Frames of the last second, as `data-fps` on the element: whoever wants to know how smooth the page is can read it there. */
export const createFrameRate = (element: HTMLElement) => {
  let since = 0;
  let frames = 0;
  return {
    count: (nowMs: number): void => {
      frames += 1;
      if (nowMs - since < WINDOW_MS) return;
      if (since > 0) element.dataset.fps = ((frames * 1_000) / (nowMs - since)).toFixed(1);
      since = nowMs;
      frames = 0;
    },
  };
};
