using System.Buffers.Binary;

namespace Mig.Images.Ingest;

/// <summary>
/// Fingerprints by the volume and the number of what they stand for. Added first and looked up afterwards; of two for the same, the later
/// counts. A disk has as many as files, so they are kept in rows, not in a hash table.
/// </summary>
internal sealed class Fingerprints
{
    /// <summary>Bytes of one when it is written: volume, key and fingerprint, little-endian.</summary>
    public const int RecordSize = sizeof(int) + sizeof(long) + sizeof(ulong);

    private readonly List<Row> _rows = [];
    private bool _isSorted = true;

    public int Count
    {
        get
        {
            Sort();
            return _rows.Count;
        }
    }

    /// <summary>Makes room.</summary>
    /// <param name="count">How many more are about to come.</param>
    public void Expect(int count) => _rows.EnsureCapacity(_rows.Count + count);

    public void Add(int volume, long key, ulong fingerprint)
    {
        _rows.Add(new Row(key, fingerprint, volume));
        _isSorted = false;
    }

    public void Remove(int volume, long key)
    {
        if (IndexOf(volume, key) is >= 0 and int i)
            _rows.RemoveAt(i);
    }

    public ulong? Find(int volume, long key) => IndexOf(volume, key) is >= 0 and int i ? _rows[i].Fingerprint : null;

    public void Write(Span<byte> records)
    {
        Sort();
        foreach (Row row in _rows)
        {
            BinaryPrimitives.WriteInt32LittleEndian(records, row.Volume);
            BinaryPrimitives.WriteInt64LittleEndian(records[4..], row.Key);
            BinaryPrimitives.WriteUInt64LittleEndian(records[12..], row.Fingerprint);
            records = records[RecordSize..];
        }
    }

    public static Fingerprints Read(ReadOnlySpan<byte> records)
    {
        var read = new Fingerprints();
        read.Expect(records.Length / RecordSize);
        for (; records.Length >= RecordSize; records = records[RecordSize..])
            read.Add(BinaryPrimitives.ReadInt32LittleEndian(records), BinaryPrimitives.ReadInt64LittleEndian(records[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(records[12..]));
        return read;
    }

    /// <returns>Negative when it is not there.</returns>
    private int IndexOf(int volume, long key)
    {
        Sort();
        return _rows.BinarySearch(new Row(key, 0, volume));
    }

    private void Sort()
    {
        if (_isSorted)
            return;
        _isSorted = true;
        bool isAscending = true;
        for (int i = 1; i < _rows.Count && isAscending; i++)
            isAscending = _rows[i - 1].CompareTo(_rows[i]) < 0;
        if (isAscending)
            return;
        Row[] rows = [.. _rows.Order()]; // a stable sort: the later of two stays the later
        _rows.Clear();
        for (int i = 0; i < rows.Length; i++)
        {
            if (i + 1 == rows.Length || rows[i].CompareTo(rows[i + 1]) != 0)
                _rows.Add(rows[i]);
        }
    }

    private readonly record struct Row(long Key, ulong Fingerprint, int Volume) : IComparable<Row>
    {
        public int CompareTo(Row other) => Volume != other.Volume ? Volume.CompareTo(other.Volume) : Key.CompareTo(other.Key);
    }
}
