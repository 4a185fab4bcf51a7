/** Enough for a field's threads to have work while the caller's thread reckons. */
const AT_ONCE = 6;

/**
 * Results of independent work, in the order of `items`; a few go on at a time, so that whoever computes the field always
 * has the next one.
 *
 * @throws what the first that fails throws; no more are begun then
 */
export async function mapTogether<Item, Result>(
    items: readonly Item[],
    work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
    const results: Result[] = new Array(items.length);
    let next = 0;
    let failed = false;
    const worker = async () => {
        while (next < items.length && !failed) {
            const index = next++;
            try {
                results[index] = await work(items[index], index);
            } catch (error) {
                failed = true;
                throw error;
            }
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return results;
}
