import { afterEach, describe, expect, it, vi } from "vitest";
import { EarlyStop, trainFor } from "../../training/trainFor.js";

afterEach(() => {
    vi.useRealTimers();
});

/** A training whose steps take a minute of the clock each. */
function fakeTraining(errorAt: (step: number) => number = () => 0.01) {
    vi.useFakeTimers({ toFake: ["performance"] });
    return {
        step: 0,
        samplesSeen: 0,
        async stepAsync() {
            vi.advanceTimersByTime(60_000);
            return errorAt(this.step++);
        },
    };
}

const quiet = true;

describe("trainFor", () => {
    it("takes the steps it was given, with a checkpoint every few minutes and one at the end", async () => {
        const saved: number[] = [];
        const training = fakeTraining();
        const save = async (seconds: number) => void saved.push(seconds);
        expect(await trainFor(training, { steps: 10 }, 0, { save, quiet })).toBe("done");
        expect(training.step).toBe(10);
        expect(saved).toEqual([180, 360, 540, 600]);
    });

    it("ends when its time is over, what was spent before counted", async () => {
        const training = fakeTraining();
        await trainFor(training, { seconds: 600 }, 240, { save: async () => {}, quiet });
        expect(training.step).toBe(6);
    });

    it("ends with one sentence where the error is no number, and leaves the last checkpoint alone", async () => {
        const saved: number[] = [];
        const training = fakeTraining((step) => (step === 4 ? Number.NaN : 0.01));
        const save = async () => void saved.push(training.step);
        await expect(trainFor(training, { steps: 10 }, 0, { save, quiet })).rejects.toThrow(
            /error became NaN at step 5; expected a number; lower the learning rate and go on with --resume/,
        );
        expect(saved).toEqual([3]);
    });

    it("stops once shapes held out fit worse than before, and has kept the best checkpoint", async () => {
        const training = fakeTraining();
        const errors = [0.03, 0.02, 0.021, 0.024, 0.025, 0.026];
        const kept: number[] = [];
        let savedAt = 0;
        const watch = {
            errorAsync: async () => errors.shift() as number,
            keepBest: () => void kept.push(savedAt),
        };
        const save = async () => {
            savedAt = training.step;
        };
        expect(await trainFor(training, { steps: 1000 }, 0, { save, watch, quiet })).toBe("overfitted");
        expect(errors).toEqual([0.026]);
        expect(kept).toEqual([11, 22]);
    });
});

describe("EarlyStop", () => {
    it("bears one bad check, and losses that are small", () => {
        const stop = new EarlyStop();
        const verdicts = [1, 1.05, 1.09, 1.2, 1.05, 0.9, 1, 1].map((error) => stop.note(error));
        expect(verdicts).toEqual(["best", "goes on", "goes on", "goes on", "goes on", "best", "goes on", "stop"]);
    });
});
