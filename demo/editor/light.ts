import { decodeLatent, type ShapeModel } from "babylon-deepsdf";
import type { EditorState } from "./state.js";

/** Typicality from which on a code counts as such; about 0.6 is a usual sample. */
const LEVELS = [
    { least: 0.35, level: "typical", hint: "shapes like those the decoder was trained on" },
    { least: 0.12, level: "unusual", hint: "the shape may have flaws" },
    { least: 0, level: "strange", hint: "far from all shapes the decoder knows" },
];

/** Says in colour and word how much the decoder can be trusted with a code. */
export function showLight(element: HTMLElement, shapes: ShapeModel, { code, category }: EditorState): void {
    const hasPrior = (shapes.metadata?.prior.length ?? 0) > 0;
    element.hidden = !hasPrior;
    if (!hasPrior) return;
    const value = shapes.typicality(decodeLatent(code), category || undefined);
    const { level, hint } = LEVELS.find(({ least }) => value >= least) ?? LEVELS[2];
    element.dataset.level = level;
    element.textContent = level;
    element.title = `typicality ${value.toFixed(2)}: ${hint}`;
}
