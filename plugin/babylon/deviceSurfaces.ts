import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { deviceOf } from "./backend.js";
import type { ShapeSurfaces } from "./shapeSurfaces.js";

/** How long calls wait for a device that was lost; Babylon does not say when it gives up. */
const RESTORE_LIMIT_MILLISECONDS = 20_000;
/** A call may fail on a lost device before the device itself says so. */
const NEWS_MILLISECONDS = 200;

/** Thrown inside at calls that a lost device interrupts; they are then done again. */
class DeviceLost extends Error {}

/** The time from when a device is there until it is lost. */
interface Tenure {
    readonly device: GPUDevice | null;
    readonly surfaces: Promise<ShapeSurfaces>;
    /** `surfaces`, once they are made. */
    made: ShapeSurfaces | null;
    lost: boolean;
}

/** Resolved by the engine's restoring, rejected when that takes too long. */
interface Absence {
    readonly over: Promise<void>;
    end(): void;
    readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * A decoder's surfaces on the engine's device. When the device is lost, calls that were running wait for Babylon to
 * restore it, and are done again on the new one.
 */
export class DeviceSurfaces {
    private tenure: Tenure | null = null;
    private absence: Absence | null = null;
    /** Rejections of calls that run on the present device. */
    private readonly interrupts = new Set<(error: Error) => void>();
    private resting = false;
    private disposed = false;
    private readonly unsubscribe: () => void;

    /**
     * @param make surfaces on a device; null stands for the CPU
     * @param events `onLost`: surfaces are gone; `onBack`: the engine draws again, before its next frame; `onRestored`:
     *     new surfaces are there, which may be gone again (`isPresent`) after any wait; `onFailed`: they could not be made
     */
    constructor(
        private readonly engine: AbstractEngine,
        private readonly onGpu: boolean,
        private readonly make: (device: GPUDevice | null) => Promise<ShapeSurfaces>,
        private readonly events: {
            onLost(): void;
            onBack(): void;
            onRestored(surfaces: ShapeSurfaces): Promise<void>;
            onFailed(error: unknown): void;
        },
    ) {
        const lost = onGpu ? engine.onContextLostObservable.add(() => this.lose()) : null;
        const restored = onGpu ? engine.onContextRestoredObservable.add(() => void this.restore()) : null;
        this.unsubscribe = () => {
            // Later, lest those that are told after this one be skipped.
            lost?.remove(true);
            restored?.remove(true);
        };
        this.begin();
    }

    /** Surfaces of the present device; null while there are none. */
    get present(): ShapeSurfaces | null {
        return this.tenure && !this.tenure.lost ? this.tenure.made : null;
    }

    isPresent(surfaces: ShapeSurfaces): boolean {
        return this.present === surfaces;
    }

    /** Whether surfaces that just failed did so because their device is lost. */
    async isLostSoonAsync(surfaces: ShapeSurfaces): Promise<boolean> {
        const { tenure } = this;
        return tenure?.made !== surfaces || this.isLostSoon(tenure);
    }

    /**
     * What `work` gives; done again from its start where the device was lost meanwhile.
     *
     * @throws what `work` throws, the signal's reason, or that the device does not come back
     */
    async runAsync<Result>(
        work: (surfaces: ShapeSurfaces) => Promise<Result>,
        signal: AbortSignal | undefined,
    ): Promise<Result> {
        for (;;) {
            signal?.throwIfAborted();
            const tenure = this.tenure ?? (await this.nextTenure(signal));
            try {
                const result = await this.interruptible(tenure.surfaces.then(work));
                signal?.throwIfAborted();
                return result;
            } catch (error) {
                signal?.throwIfAborted();
                if (!(error instanceof DeviceLost) && !(await this.isLostSoon(tenure))) {
                    throw error;
                }
                // The engine may have put another device in its place while that was found out.
                if (this.tenure === tenure) this.lose();
            }
        }
    }

    /** Frees the device's part; made again, for `onRestored` alone, when the device was lost. */
    rest(): void {
        this.resting = true;
        void this.free(this.tenure);
    }

    /** Running calls end by their signals. */
    dispose(): void {
        if (!this.disposed) {
            this.disposed = true;
            this.unsubscribe();
            clearTimeout(this.absence?.timer);
            void this.free(this.tenure);
        }
    }

    private begin(): Tenure {
        const device = this.onGpu ? deviceOf(this.engine) : null;
        const surfaces = this.make(device);
        const tenure: Tenure = { device, surfaces, made: null, lost: false };
        surfaces.then(
            (made) => {
                tenure.made = made;
                if (this.disposed || tenure.lost) {
                    made.dispose();
                }
            },
            () => {},
        );
        this.tenure = tenure;
        return tenure;
    }

    private lose(): void {
        const { tenure } = this;
        if (!tenure || tenure.lost) {
            return;
        }
        tenure.lost = true;
        this.tenure = null;
        this.absence = this.beginAbsence();
        for (const interrupt of this.interrupts) {
            interrupt(new DeviceLost());
        }
        this.interrupts.clear();
        this.events.onLost();
        void this.free(tenure);
    }

    private beginAbsence(): Absence {
        let end = () => {};
        let timer: ReturnType<typeof setTimeout> | undefined;
        const over = new Promise<void>((resolve, reject) => {
            end = resolve;
            timer = setTimeout(
                () => {
                    reject(
                        new Error(
                            "ShapeModel: the GPU's device was lost and did not come back; expected the engine to restore it; leave doNotHandleContextLost off, or create engine and model anew",
                        ),
                    );
                },
                this.engine.doNotHandleContextLost ? 0 : RESTORE_LIMIT_MILLISECONDS,
            );
        });
        // Nobody may be waiting.
        over.catch(() => {});
        return { over, end, timer: timer as ReturnType<typeof setTimeout> };
    }

    private async restore(): Promise<void> {
        // A loss that came with no word of it: the engine restores only what it has lost.
        this.lose();
        const { absence } = this;
        this.absence = null;
        clearTimeout(absence?.timer);
        this.events.onBack();
        const tenure = this.begin();
        absence?.end();
        try {
            await this.events.onRestored(await this.interruptible(tenure.surfaces));
        } catch (error) {
            if (!(error instanceof DeviceLost) && !(await this.isLostSoon(tenure))) {
                this.events.onFailed(error);
            }
        } finally {
            if (this.resting) {
                void this.free(tenure);
            }
        }
    }

    private async nextTenure(signal: AbortSignal | undefined): Promise<Tenure> {
        const { absence } = this;
        if (absence) {
            await abortable(absence.over, signal);
        }
        return this.tenure ?? this.nextTenure(signal);
    }

    /** The promise's result, or `DeviceLost` as soon as the device is. */
    private interruptible<Result>(promise: Promise<Result>): Promise<Result> {
        return new Promise((resolve, reject) => {
            this.interrupts.add(reject);
            promise.then(resolve, reject).finally(() => this.interrupts.delete(reject));
        });
    }

    private async isLostSoon({ device, lost }: Tenure): Promise<boolean> {
        if (lost || !device) {
            return lost;
        }
        const quiet = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), NEWS_MILLISECONDS));
        return Promise.race([device.lost.then(() => true), quiet]);
    }

    private async free(tenure: Tenure | null): Promise<void> {
        const surfaces = await tenure?.surfaces.catch(() => null);
        surfaces?.dispose();
    }
}

/** The promise's result, or the signal's reason. */
function abortable<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    return new Promise((resolve, reject) => {
        const abort = () => reject(signal?.reason);
        signal?.addEventListener("abort", abort, { once: true });
        promise.then(resolve, reject).finally(() => signal?.removeEventListener("abort", abort));
    });
}
