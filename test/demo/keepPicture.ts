import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../demo/pictures");

/** Whether pictures for the documents are to be made anew; they show the shipped decoder where tests have a tiny one. */
export const KEEPS_PICTURES = Boolean(process.env.UPDATE_PICTURES);

/** Writes a picture for the documents, where that is asked for. */
export function keepPicture(name: string, picture: Buffer): void {
    if (!KEEPS_PICTURES) return;
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, name), picture);
}
