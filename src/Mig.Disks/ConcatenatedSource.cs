using Mig.Core;

namespace Mig.Disks;

/// <summary>Several sources, one after the other. Owns what it is told to own: parts may be windows onto one file.</summary>
internal sealed class ConcatenatedSource : IByteSource
{
    private readonly IByteSource[] _parts;
    private readonly long[] _ends;
    private readonly IDisposable[] _owned;

    public ConcatenatedSource(IEnumerable<IByteSource> parts, IEnumerable<IDisposable> owned)
    {
        _parts = [.. parts.Where(part => part.Length > 0)];
        _owned = [.. owned];
        _ends = new long[_parts.Length];
        for (int i = 0; i < _parts.Length; i++)
            _ends[i] = Length = checked(Length + _parts[i].Length);
    }

    public long Length { get; }

    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, Length);
        for (int i = IndexOf(offset); !destination.IsEmpty; i++)
        {
            int length = (int)Math.Min(destination.Length, _ends[i] - offset);
            _parts[i].ReadExactly(offset - Start(i), destination[..length]);
            destination = destination[length..];
            offset += length;
        }
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        ByteRange range = within.Intersect(new ByteRange(0, Length));
        ByteRange pending = default;
        for (int i = IndexOf(range.Offset); i < _parts.Length && Start(i) < range.End; i++)
        {
            long start = Start(i);
            ByteRange cut = ByteRange.FromBounds(start, _ends[i]).Intersect(range);
            foreach (ByteRange stored in _parts[i].GetStoredRanges(cut with { Offset = cut.Offset - start }))
            {
                ByteRange next = stored with { Offset = stored.Offset + start };
                if (!pending.IsEmpty && pending.End == next.Offset)
                {
                    pending = ByteRange.FromBounds(pending.Offset, next.End);
                    continue;
                }

                if (!pending.IsEmpty)
                    yield return pending;
                pending = next;
            }
        }

        if (!pending.IsEmpty)
            yield return pending;
    }

    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
            owned.Dispose();
    }

    private long Start(int index) => index == 0 ? 0 : _ends[index - 1];

    private int IndexOf(long offset)
    {
        // A part that ends at the offset is not the one that holds it.
        int index = Array.BinarySearch(_ends, offset);
        return index < 0 ? ~index : index + 1;
    }
}
