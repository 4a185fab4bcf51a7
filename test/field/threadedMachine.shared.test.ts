import { describe, expect, it } from "vitest";
import { LocalMachine, ThreadedMachine } from "../../plugin/field/wasm/machine.js";
import { writePerceptronModule } from "../../plugin/field/wasm/perceptronModule.js";
import type { Piece } from "../../plugin/field/wasm/piece.js";
import { octahedronPerceptron } from "../support/perceptrons.js";

const { bytes, layout } = writePerceptronModule(octahedronPerceptron(0.6), false);
const module = await WebAssembly.compile(bytes);

/** Eight points on the x axis, from x on. */
function pieceAt(x: number): Piece {
    const inputs = new Float32Array(layout.pointOffset + 24);
    inputs[layout.biasOffsets[1]] = -0.6 / Math.sqrt(3);
    inputs.fill(x, layout.pointOffset, layout.pointOffset + 8);
    return { name: "value", argument: 1, at: layout.inputs, inputs, outputs: [[layout.distances, 8]] };
}
const distanceAt = (x: number) => (x - 0.6) / Math.sqrt(3);
const xs = Array.from({ length: 20 }, (_, i) => i / 20);
const nowhere = {
    run: (): never => {
        throw new Error("ran on the caller's thread");
    },
};

async function expectDistances(machine: ThreadedMachine): Promise<void> {
    const found = await Promise.all(xs.map((x) => machine.run(pieceAt(x))));
    for (const [i, distances] of found.entries()) {
        expect(distances).toHaveLength(8);
        expect(distances[7]).toBeCloseTo(distanceAt(xs[i]), 6);
    }
}

describe("ThreadedMachine", () => {
    it("runs pieces on its threads alone, each answered by its own results", async () => {
        const machine = await ThreadedMachine.CreateAsync(module, nowhere, 3);
        await expectDistances(machine);
        await expectDistances(machine);
        machine.dispose();
    });

    it("runs on the caller's thread what no thread can", async () => {
        const broken = {} as WebAssembly.Module;
        const machine = await ThreadedMachine.CreateAsync(broken, await LocalMachine.CreateAsync(module), 2);
        await expectDistances(machine);
        machine.dispose();
    });

    it("gives up what is running and waiting when it is disposed", async () => {
        const machine = await ThreadedMachine.CreateAsync(module, nowhere, 1);
        const all = [0, 1, 2].map((x) => machine.run(pieceAt(x)));
        machine.dispose();
        for (const each of all) {
            await expect(each).rejects.toThrow(/disposed/);
        }
        await expect(machine.run(pieceAt(0))).rejects.toThrow(/disposed/);
    });
});
