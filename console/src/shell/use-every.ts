import { useEffect } from 'preact/hooks';

/** Runs `work` now and then again every so often while the part of the page is shown; never two at a time. */
export const useEvery = (ms: number, work: () => Promise<void> | void): void => {
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const turn = async () => {
      await work();
      if (!over) timer = setTimeout(() => void turn(), ms);
    };
    void turn();
    return () => {
      over = true;
      clearTimeout(timer);
    };
    // `work` closes over values that change with every drawing; only the interval starts it anew.
  }, [ms]);
};
