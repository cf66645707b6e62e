using System.Buffers;
using System.Globalization;
using System.Text;
using Mig.Core;

namespace Mig.Archives.Tar;

/// <summary>
/// The records of a pax extended header: <c>length key=value\n</c>, where the length counts itself (POSIX pax, "pax Extended Header").
/// </summary>
internal sealed class PaxRecords
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public bool IsEmpty => _bytes.WrittenCount == 0;

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Clear() => _bytes.ResetWrittenCount();

    public void Add(string key, ReadOnlySpan<byte> value) => Add(Encoding.UTF8.GetBytes(key), value);

    public void Add(string key, string value) => Add(key, Encoding.UTF8.GetBytes(value));

    public void Add(string key, long value) => Add(key, value.ToString(CultureInfo.InvariantCulture));

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int rest = key.Length + value.Length + 3, length = rest;
        while (length != rest + Digits(length))
            length = rest + Digits(length);
        _bytes.Write(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
        _bytes.Write(" "u8);
        _bytes.Write(key);
        _bytes.Write("="u8);
        _bytes.Write(value);
        _bytes.Write("\n"u8);
    }

    /// <summary>A time in decimal: before 1970 the fraction counts backwards, too.</summary>
    public static string Time(Timestamp time)
    {
        (long seconds, int nanoseconds) = (time.Seconds, time.Nanoseconds);
        string sign = "";
        if (seconds < 0)
        {
            sign = "-";
            (seconds, nanoseconds) = nanoseconds == 0 ? (-seconds, 0) : (-(seconds + 1), 1_000_000_000 - nanoseconds);
        }

        string fraction = nanoseconds == 0 ? "" : "." + nanoseconds.ToString("d9", CultureInfo.InvariantCulture).TrimEnd('0');
        return sign + seconds.ToString(CultureInfo.InvariantCulture) + fraction;
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
