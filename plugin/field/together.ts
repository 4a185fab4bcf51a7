/**
 * Results of independent work, in the order of `items`.
 *
 * @param atOnce how many go on at a time
 * @throws what the first that fails throws; no more are begun then
 */
export async function mapTogether<Item, Result>(
    items: readonly Item[],
    atOnce: number,
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
    await Promise.all(Array.from({ length: atOnce }, worker));
    return results;
}
