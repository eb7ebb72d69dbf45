/** gifenc 1.0.3 ships no types; these are the parts the pictures use. */
declare module 'gifenc' {
  type Frame = { palette: number[][]; delay: number };
  const gifenc: {
    GIFEncoder(): {
      writeFrame(pixels: Uint8Array, width: number, height: number, frame: Frame): void;
      finish(): void;
      bytes(): Uint8Array;
    };
    quantize(rgba: Uint8Array, colours: number): number[][];
    applyPalette(rgba: Uint8Array, palette: number[][]): Uint8Array;
  };
  // biome-ignore lint/style/noDefaultExport: it is how that package is made
  export default gifenc;
}
