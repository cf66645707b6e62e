using System.Globalization;

namespace Mig.Cli.Terminals;

/// <summary>Sizes and counts as people read them.</summary>
internal static class Sizes
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Such as <c>512 B</c>, <c>1.5 KiB</c>, <c>10 GiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        double value = bytes;
        int unit = 0;

        // 1023.96 KiB would be shown as 1024.0 KiB.
        while (Math.Abs(value) >= (unit == 0 ? 1024 : 1023.95) && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return value.ToString(unit == 0 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>Such as <c>1 file</c>, <c>2,345 files</c>.</summary>
    public static string Count(long count, string one, string? many = null) =>
        count.ToString("N0", CultureInfo.InvariantCulture) + " " + (count == 1 ? one : many ?? one + "s");
}
