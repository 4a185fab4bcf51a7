import { progressBar, turn } from "./progress.js";
import type { Trainer } from "./trainer.js";

/** When a run is over. */
export type Budget = { readonly seconds: number } | { readonly steps: number };

/** What is done with a run while it goes on. */
export interface TrainingCare {
    /** Writes a checkpoint; told the seconds spent so far, in all parts of the run. */
    readonly save: (seconds: number) => Promise<void>;
    /** Looks after overfitting. */
    readonly watch?:
        | {
              /** Error of shapes held out, with the weights as they are. */
              readonly errorAsync: () => Promise<number>;
              /** The checkpoint just written is the best so far. */
              readonly keepBest: () => void;
          }
        | false;
    readonly quiet?: boolean;
}

const CHECKPOINT_SECONDS = 120;
const WATCH_SECONDS = 600;

/** Generalisation loss at which a training stops: criterion GL of Prechelt, *Early Stopping, But When?*, 1998. */
const GREATEST_LOSS = 0.1;
/** Checks in a row that must say so: one may be chance while the learning rate is large. */
const PATIENCE = 2;

/** Tells when shapes held out have fitted worse than before for too long. */
export class EarlyStop {
    private best = Number.POSITIVE_INFINITY;
    private worse = 0;

    /** Takes the next error of shapes held out. */
    note(error: number): "best" | "goes on" | "stop" {
        if (error < this.best) {
            this.best = error;
            this.worse = 0;
            return "best";
        }
        this.worse = error > (1 + GREATEST_LOSS) * this.best ? this.worse + 1 : 0;
        return this.worse >= PATIENCE ? "stop" : "goes on";
    }
}

/**
 * Steps until the budget is spent or the training overfits, with a bar, a checkpoint every two minutes and one at the
 * end.
 *
 * @param spent seconds spent in earlier parts of the run
 * @throws if the error is no number any more; the last checkpoint stays
 */
export async function trainFor(
    trainer: Pick<Trainer, "step" | "samplesSeen" | "stepAsync">,
    budget: Budget,
    spent: number,
    { save, watch, quiet = false }: TrainingCare,
): Promise<"done" | "overfitted"> {
    const bar = progressBar("training {bar} {percentage}% | error {error} | {rate} samples/s | {left} left", quiet);
    const started = performance.now() - 1000 * spent;
    const firstSample = trainer.samplesSeen;
    const stop = new EarlyStop();
    let [saved, watched, now] = [spent, spent, spent];
    let smoothed = Number.NaN;
    const progress = () => ("steps" in budget ? trainer.step / budget.steps : now / budget.seconds);
    const begun = progress();
    bar.start(1000, Math.floor(1000 * begun), { error: "-", rate: "-", left: "-" });
    while (progress() < 1) {
        const error = await trainer.stepAsync(progress());
        await turn();
        if (!Number.isFinite(error)) {
            bar.stop();
            throw new Error(
                `trainFor: the error became ${error} at step ${trainer.step}; expected a number; lower the learning rate ` +
                    "and go on with --resume from the last checkpoint, which is from before",
            );
        }
        smoothed = Number.isNaN(smoothed) ? error : 0.98 * smoothed + 0.02 * error;
        now = (performance.now() - started) / 1000;
        const secondsLeft = ((now - spent) * Math.max(0, 1 - progress())) / Math.max(1e-9, progress() - begun);
        bar.update(Math.floor(1000 * Math.min(progress(), 1)), {
            error: smoothed.toExponential(3),
            rate: Math.round((trainer.samplesSeen - firstSample) / Math.max(1e-3, now - spent)),
            left: `${(secondsLeft / 60).toFixed(1)} min`,
        });
        if (now - saved > CHECKPOINT_SECONDS) {
            await save(now);
            saved = now;
        }
        if (watch && now - watched > WATCH_SECONDS) {
            watched = now;
            const verdict = stop.note(await watch.errorAsync());
            if (verdict === "best") {
                await save(now);
                watch.keepBest();
            } else if (verdict === "stop") {
                bar.stop();
                return "overfitted";
            }
        }
    }
    bar.stop();
    await save(now);
    return "done";
}
