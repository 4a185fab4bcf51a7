/**
 * Work that is asked for faster than it can be done: one piece runs, the latest asked for waits, those in between are
 * dropped.
 */
export class LatestWins<Request> {
    private running = false;
    private waiting: Request | null = null;
    private readonly disposal = new AbortController();

    constructor(
        private readonly work: (request: Request, signal: AbortSignal) => Promise<void>,
        private readonly fail: (error: unknown) => void,
    ) {}

    update(request: Request): void {
        this.waiting = request;
        if (!this.running) {
            void this.run();
        }
    }

    dispose(): void {
        this.waiting = null;
        this.disposal.abort();
    }

    private async run(): Promise<void> {
        this.running = true;
        while (this.waiting !== null) {
            const request = this.waiting;
            this.waiting = null;
            try {
                await this.work(request, this.disposal.signal);
            } catch (error) {
                if (!this.disposal.signal.aborted) {
                    this.fail(error);
                }
            }
        }
        this.running = false;
    }
}
