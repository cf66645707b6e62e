using System.Security.Cryptography;
using Mig.Core;
using Mig.FileSystems;
using Mig.History.Layouts;
using Mig.Store.Content;
using Mig.Store.Packs;

namespace Mig.Images.Ingest;

/// <summary>
/// Takes in the files of one volume, in the order in which they lie on it, on all cores: reads, hashes, and stores what is new.
/// </summary>
internal sealed class FileIngest
{
    private const int BlockPieces = 4096; // a list that has become long takes its room twice when it grows
    private const int ClaimFiles = 32;
    private const long ClaimBytes = 4 << 20;

    private readonly IngestSession _session;
    private readonly IFileSystem? _fileSystem;
    private readonly IByteSource _volume;
    private readonly long _volumeOffset;
    private readonly ScannedFile[] _files;
    private readonly List<List<LayoutPiece>> _pieces = [];
    private readonly Lock _gate = new();
    private int _next;

    /// <param name="fileSystem">Null where the extents say all.</param>
    /// <param name="volumeOffset">Where the volume begins on the disk.</param>
    public FileIngest(IngestSession session, IFileSystem? fileSystem, IByteSource volume, long volumeOffset, IEnumerable<ScannedFile> files)
    {
        _session = session;
        _fileSystem = fileSystem;
        _volume = volume;
        _volumeOffset = volumeOffset;
        _files = [.. files];
        Array.Sort([.. _files.Select(file => file.FirstOffset)], _files);
    }

    /// <summary>
    /// Runs to the end; then every file has its <see cref="ScannedFile.Content"/>, or says in <see cref="ScannedFile.Loss"/> why not.
    /// </summary>
    /// <param name="pieces">Receives what of the disk is accounted for; pieces with a null blob are zeros.</param>
    public void Run(List<LayoutPiece> pieces)
    {
        _session.RunWorkers(Work);
        pieces.EnsureCapacity(pieces.Count + _pieces.Sum(list => list.Count));
        while (_pieces.Count > 0)
        {
            pieces.AddRange(_pieces[^1]);
            _pieces.RemoveAt(_pieces.Count - 1);
        }
    }

    /// <summary>Tells whether the hash of a large file is kept: its holes are not too long for it.</summary>
    public static bool IsHashed(ScannedFile file) =>
        file.Size - file.Extents.Sum(extent => extent.Length) <= ChunkList.MaxHashedHoles;

    private void Work(CancellationToken stop)
    {
        var pieces = new List<LayoutPiece>();
        var reader = new FileReader(_fileSystem, _volume);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (Claim(out int start, out int end))
        {
            for (int i = start; i < end; i++)
            {
                stop.ThrowIfCancellationRequested();
                ScannedFile file = _files[i];
                var key = file.Key with { Position = (ulong)i << 32 };
                int known = pieces.Count;
                try
                {
                    file.Content = file.Size <= BlobLimits.MaxWholeFileSize
                        ? TakeSmall(file, key, reader, pieces)
                        : TakeLarge(file, key, reader, hash, pieces);
                }
                catch (CorruptImageException e)
                {
                    file.Lose(e);
                    pieces.RemoveRange(known, pieces.Count - known);
                }

                _session.Progress.Advance(file.Size);
                if (pieces.Count >= BlockPieces)
                {
                    Add(pieces);
                    pieces = [];
                }
            }
        }

        while (_session.Writer.Help())
            stop.ThrowIfCancellationRequested();
        Add(pieces);
    }

    private void Add(List<LayoutPiece> pieces)
    {
        lock (_gate)
            _pieces.Add(pieces);
    }

    private bool Claim(out int start, out int end)
    {
        lock (_gate)
        {
            start = end = _next;
            for (long bytes = 0; end < _files.Length && end - start < ClaimFiles && bytes < ClaimBytes; end++)
                bytes += _files[end].Size;
            _next = end;
            return start < end;
        }
    }

    private FileContent TakeSmall(ScannedFile file, in OrderKey key, FileReader reader, List<LayoutPiece> pieces)
    {
        ReadOnlySpan<byte> bytes = reader.ReadWhole(file, out ByteRange zeroTail);
        var id = new BlobId(ObjectId.Of(bytes));
        if (bytes.Length > 0)
            _session.Writer.AddBlob(id, bytes, key);
        FilePieces.Add(file, [new Chunk(id, file.Size, IsHole: false)], _volumeOffset, pieces);
        AddZero(zeroTail, pieces);
        return new FileContent(id.Value, null);
    }

    private FileContent TakeLarge(ScannedFile file, in OrderKey key, FileReader reader, IncrementalHash hash, List<LayoutPiece> pieces)
    {
        ObjectId? sha256 = null;
        bool canHash = IsHashed(file);
        if (canHash && _session.MayKnowContent(file.Size))
        {
            sha256 = reader.Hash(file, hash);
            if (_session.TryFindContent(file.Size, sha256.Value, out ListId known, out IEnumerable<Chunk> knownChunks))
            {
                FilePieces.Add(file, knownChunks, _volumeOffset, pieces);
                AddZero(reader.ReadTail(file), pieces);
                return new FileContent(sha256, known);
            }
        }

        var chunker = new FileChunker(_session.Writer, key);
        bool hashes = canHash && (sha256 is null || _session.MayChange);
        Chunk[] chunks = chunker.Run(file, reader, hashes ? hash : null);
        if (hashes)
            sha256 = ObjectId.Finish(hash);
        ListId list = ChunkList.Write(_session.Writer, chunks, file.Size, sha256);
        if (sha256 is { } whole)
            _session.AddContent(file.Size, whole, list, chunks);
        FilePieces.Add(file, chunks, _volumeOffset, pieces);
        AddZero(reader.ReadTail(file), pieces);
        return new FileContent(sha256, list);
    }

    private void AddZero(ByteRange onVolume, List<LayoutPiece> pieces)
    {
        if (!onVolume.IsEmpty)
            pieces.Add(new LayoutPiece(_volumeOffset + onVolume.Offset, onVolume.Length, default, 0));
    }
}
