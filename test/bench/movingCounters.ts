import { createCpuFieldAsync } from "../../plugin/field/cpuField.js";
import type { Field } from "../../plugin/field/field.js";
import { moveAlongAxis } from "../../plugin/latent/moveLatent.js";
import { typicalLatents } from "../../plugin/latent/typicalLatents.js";
import type { Decoder } from "../../plugin/model/decoder.js";
import { extractSurfaceAsync, type FieldDomain } from "../../plugin/surface/cpu/extractSurface.js";
import { SearchMemory } from "../../plugin/surface/cpu/searchMemory.js";
import type { SurfaceOptions } from "../../plugin/surface/mesh.js";
import { type FieldMotion, fieldMotionAsync } from "../../plugin/surface/motion.js";
import { fieldReachAsync, fieldSlopeAsync } from "../../plugin/surface/slope.js";
import type { BenchOptions } from "./options.js";
import { STEP } from "./suite/remesh.js";
import { MOTION_CODES } from "./suite/suite.js";
import type { BenchDecoder } from "./suite/types.js";

/** Searches that go on from the one before, against whole ones for the same codes. */
export interface MovingCounters {
    /** Evaluations of one ÷ those of the other over a move: the worst code, and all together. */
    evaluationsMovingPerWhole: number | null;
    evaluationsMovingPerWholeMean: number | null;
    /** Surface cells that whole searches find, less those that the others do. */
    missedCellsMoving: number | null;
}

const CODES = 14;
const RESOLUTION = 64;
const FRAMES = 6;

/** Moves codes of the decoders along their axes; all null where none has any. */
export async function measureMoving(
    decoders: readonly BenchDecoder[],
    { codeCount }: BenchOptions,
): Promise<MovingCounters> {
    const count = codeCount ?? CODES;
    const moves: Move[] = [];
    for (const { name, decoder, code } of decoders) {
        const axes = decoder.metadata?.axes ?? [];
        const field = await createCpuFieldAsync(decoder);
        const search = await prepare(field, decoder, code);
        for (let index = 0; search && axes.length > 0 && index < count; index++) {
            const axis = axes[Math.floor((index * axes.length) / count)];
            const codes = Array.from({ length: FRAMES }, (_, f) => moveAlongAxis(code(index), axis, STEP * f - 1));
            const move = await search(codes);
            const ratio = (move.going / move.whole).toFixed(2);
            console.log(`${name} code ${index + 1} along "${axis.name}": ${ratio}, ${move.missed} cells missed`);
            moves.push(move);
        }
        field.dispose();
    }
    const sum = (of: (move: Move) => number) => moves.reduce((total, move) => total + of(move), 0);
    const isMeasured = moves.length > 0;
    return {
        evaluationsMovingPerWhole: isMeasured ? Math.max(...moves.map(({ going, whole }) => going / whole)) : null,
        evaluationsMovingPerWholeMean: isMeasured ? sum(({ going }) => going) / sum(({ whole }) => whole) : null,
        missedCellsMoving: isMeasured ? sum(({ missed }) => missed) : null,
    };
}

/** Evaluations of both kinds of search from the second code on, and cells missed. */
interface Move {
    going: number;
    whole: number;
    missed: number;
}

/** Both searches for codes in turn; null where it can't be told how distances follow codes. */
async function prepare(field: Field, decoder: Decoder, code: (index: number) => Float32Array) {
    const latents = typicalLatents(decoder.metadata);
    const slope = await fieldSlopeAsync(field, decoder, latents);
    const { bounds, clampDistance } = decoder;
    const domain = { bounds, clampDistance, reach: await fieldReachAsync(field, decoder, latents) };
    const drawn = Array.from({ length: MOTION_CODES }, (_, i) => code(1000 + i));
    const motion = await fieldMotionAsync(field, decoder, drawn);
    const options = { resolution: RESOLUTION, slope, normals: "grid" } as const;
    return motion && ((codes: readonly Float32Array[]) => searchBoth(field, domain, options, motion, codes));
}

async function searchBoth(
    field: Field,
    domain: FieldDomain,
    options: SurfaceOptions,
    motion: FieldMotion,
    codes: readonly Float32Array[],
): Promise<Move> {
    const memory = new SearchMemory();
    const move = { going: 0, whole: 0, missed: 0 };
    for (const [frame, latent] of codes.entries()) {
        memory.advance(frame > 0 ? motion.between(codes[frame - 1], latent) : 0);
        const { statistics: going } = await extractSurfaceAsync(field, latent, domain, { ...options, memory });
        const { statistics: whole } = await extractSurfaceAsync(field, latent, domain, options);
        if (frame > 0) {
            move.going += going.evaluations;
            move.whole += whole.evaluations;
            move.missed += whole.surfaceCells - going.surfaceCells;
        }
    }
    return move;
}
