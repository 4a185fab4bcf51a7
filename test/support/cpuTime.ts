/** CPU time of this process so far, milliseconds; unlike the clock's it does not grow while others have the machine. */
export function cpuMilliseconds(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
}
