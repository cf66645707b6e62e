using System.Globalization;
using System.Text;

namespace Mig.Transfer.Http;

/// <summary>How often values fell below fixed bounds. For many threads, without a lock.</summary>
/// <param name="bounds">Upper bounds, included, ascending; greater values count, too.</param>
internal sealed class MetricHistogram(double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    public void Add(double value)
    {
        int index = Array.FindIndex(bounds, bound => value <= bound);
        Interlocked.Increment(ref _counts[index < 0 ? bounds.Length : index]);
        for (double before = Volatile.Read(ref _sum); ;)
        {
            double found = Interlocked.CompareExchange(ref _sum, before + value, before);
            if (found.Equals(before))
                return;
            before = found;
        }
    }

    /// <summary>Writes buckets, which count all that is below them, and then sum and count.</summary>
    public void Write(StringBuilder text, string name)
    {
        long total = 0;
        for (int i = 0; i < bounds.Length; i++)
        {
            total += Interlocked.Read(ref _counts[i]);
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"{bounds[i]}\"}} {total}\n");
        }

        total += Interlocked.Read(ref _counts[^1]);
        text.Append(CultureInfo.InvariantCulture,
            $"{name}_bucket{{le=\"+Inf\"}} {total}\n{name}_sum {Volatile.Read(ref _sum)}\n{name}_count {total}\n");
    }
}
