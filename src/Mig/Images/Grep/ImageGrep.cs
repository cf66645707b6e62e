using System.Collections.Concurrent;
using System.Text;
using Mig.Core;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Machines.Coverage;
using Mig.Machines.Files;

namespace Mig.Images.Grep;

/// <summary>
/// Searches the files of one or several versions for text. Each content is searched once, however many paths and versions have it, on all
/// cores, in the order in which it is stored; what was found is then told path by path.
/// </summary>
public sealed class ImageGrep(Repository repository, GrepOptions options)
{
    // Lines that are found wait to be told. When they are more, files are searched again as they are told.
    private const long MaxKeptBytes = 64 << 20;

    private readonly Func<LineFinder> _finders = LineFinder.Compile(options);
    private readonly ConcurrentBag<ContentSearch> _searches = [];
    private readonly ConcurrentDictionary<ObjectId, GrepHits> _found = [];
    private readonly HashSet<ObjectId> _searched = [];
    private readonly ConcurrentDictionary<ObjectId, CorruptStoreException> _damaged = [];
    private long _keptBytes;
    private bool _isTold;

    /// <summary>The versions and files that were not searched, once it ran.</summary>
    public AnswerCoverage Coverage { get; } = new(repository);

    /// <summary>Searches and tells.</summary>
    /// <param name="versions">What the user calls each version, and what it is.</param>
    /// <param name="paths">Where to search; everywhere when there are none.</param>
    /// <returns>Whether anything was found.</returns>
    public bool Run(IReadOnlyList<(string Revision, ImageId Image)> versions, IReadOnlyList<PathSpec> paths, IGrepSink sink,
        IProgressSink progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(versions);
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(progress);
        var files = new SearchedFiles(repository, paths);
        List<(string Revision, ImageId Image)> sound = SearchAll(versions, files, progress, cancellation);
        foreach ((string revision, ImageId image) in _found.IsEmpty && sound.Count == versions.Count && _damaged.IsEmpty ? [] : sound)
        {
            foreach ((GrepFile file, TreeEntry entry) in files.Walk(revision, image, _ => true, cancellation))
                Tell(file, entry, image, sink, cancellation);
        }

        Coverage.Judge(sound.Select(version => (VersionName.Of(version.Revision, version.Image.Value), version.Image)),
            isMachineWanted: false, part => !_isTold || part.Kind == UnseenKind.Damage);
        return _isTold;
    }

    // Returns the versions whose files are known; the others were left out.
    private List<(string Revision, ImageId Image)> SearchAll(IReadOnlyList<(string Revision, ImageId Image)> versions, SearchedFiles files,
        IProgressSink progress, CancellationToken cancellation)
    {
        progress.Begin("reading names", 0);
        var seen = new HashSet<TreeId>();
        var small = new List<BlobId>();
        var large = new List<TreeEntry>();
        long bytes = 0;
        var sound = new List<(string, ImageId)>();
        foreach ((string revision, ImageId image) in versions)
        {
            if (Coverage.Try(VersionName.Of(revision, image.Value), () => Collect(revision, image)))
                sound.Add((revision, image));
        }

        progress.Begin("searching", bytes);
        repository.Store.Prefetch(small.Concat(large.SelectMany(entry => FileContents.BlobsOf(repository.Store, entry))));
        SearchSmall(small, progress, cancellation);
        ParallelWork.ForEach(
            large,
            repository.Context.Parallelism,
            entry =>
            {
                TryRead(IdOf(entry), () => Use(search =>
                    Keep(IdOf(entry), visit => search.Search(repository.Store, entry.List!.Value, visit, cancellation))));
                progress.Advance(entry.Size);
            },
            cancellation);
        return sound;

        void Collect(string revision, ImageId image)
        {
            foreach ((_, TreeEntry entry) in files.Walk(revision, image, seen.Add, cancellation))
            {
                if (!_searched.Add(IdOf(entry)))
                    continue;
                bytes += entry.Size;
                if (entry.List is null)
                    small.Add(new BlobId(entry.Sha256!.Value));
                else
                    large.Add(entry);
            }
        }
    }

    // Where something among them is damaged, the rest is read one by one.
    private void SearchSmall(List<BlobId> blobs, IProgressSink progress, CancellationToken cancellation)
    {
        bool[] isDone = new bool[blobs.Count];
        try
        {
            repository.Store.ReadBlobs(blobs, repository.Context.Parallelism, Visit, cancellation);
        }
        catch (CorruptStoreException)
        {
            for (int i = 0; i < isDone.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!isDone[i])
                    TryRead(blobs[i].Value, () => Visit(i, repository.Store.Read(blobs[i].Value, ObjectKind.Blob)));
            }
        }

        void Visit(int index, ReadOnlySpan<byte> content)
        {
            Search(blobs[index].Value, content);
            isDone[index] = true;
            progress.Advance(content.Length);
        }
    }

    private void TryRead(ObjectId id, Action read)
    {
        try
        {
            read();
        }
        catch (CorruptStoreException e)
        {
            _damaged[id] = e;
        }
    }

    private void Search(ObjectId id, ReadOnlySpan<byte> content)
    {
        if (!_searches.TryTake(out ContentSearch? search))
            search = new ContentSearch(options, _finders());
        var lines = new List<(long, byte[])>();
        bool isWhole = true;
        GrepHits hits = search.Search(content, (number, line) => isWhole = TryKeep(lines, number, line));
        Keep(id, hits, isWhole ? lines : null);
        _searches.Add(search);
    }

    private void Keep(ObjectId id, Func<ContentSearch.LineVisitor, GrepHits> search)
    {
        var lines = new List<(long, byte[])>();
        bool isWhole = true;
        GrepHits hits = search((number, line) => isWhole = TryKeep(lines, number, line));
        Keep(id, hits, isWhole ? lines : null);
    }

    private void Keep(ObjectId id, GrepHits hits, List<(long, byte[])>? lines)
    {
        hits.Lines = lines;
        if (hits.Count > 0)
            _found[id] = hits;
    }

    private bool TryKeep(List<(long, byte[])> lines, long number, ReadOnlySpan<byte> line)
    {
        const int overhead = 64;
        if (Interlocked.Add(ref _keptBytes, line.Length + overhead) > MaxKeptBytes)
            return false;
        lines.Add((number, line.ToArray()));
        return true;
    }

    private void Use(Action<ContentSearch> work)
    {
        if (!_searches.TryTake(out ContentSearch? search))
            search = new ContentSearch(options, _finders());
        work(search);
        _searches.Add(search);
    }

    private void Tell(GrepFile file, TreeEntry entry, ImageId image, IGrepSink sink, CancellationToken cancellation)
    {
        if (_damaged.TryGetValue(IdOf(entry), out CorruptStoreException? damage))
        {
            Coverage.LeaveOut(VersionName.Of(file.Revision, image.Value), $"{file.Volume}/{Encoding.UTF8.GetString(file.Path.Span)}",
                damage);
            return;
        }

        if (!_found.TryGetValue(IdOf(entry), out GrepHits? hits))
        {
            // A hard link may lead to what another volume has under the same directory.
            if (_searched.Contains(IdOf(entry)))
                return;
            hits = SearchAgain(entry, (_, _) => true, cancellation);
            hits.Lines = null;
        }

        if (hits.Count == 0)
            return;
        _isTold = true;
        if (options.Output == GrepOutput.Names)
            sink.Name(file);
        else if (options.Output == GrepOutput.Counts)
            sink.Count(file, hits.Count);
        else if (hits.IsBinary)
            sink.Binary(file);
        else if (hits.Lines is null)
            SearchAgain(entry, (number, line) => Pass(file, number, line, sink), cancellation);
        else
            hits.Lines.ForEach(line => sink.Line(file, line.Number, line.Line));
    }

    private static bool Pass(GrepFile file, long number, ReadOnlySpan<byte> line, IGrepSink sink)
    {
        sink.Line(file, number, line);
        return true;
    }

    private GrepHits SearchAgain(TreeEntry entry, ContentSearch.LineVisitor visit, CancellationToken cancellation)
    {
        var search = new ContentSearch(options, _finders());
        return entry.List is { } list
            ? search.Search(repository.Store, list, visit, cancellation)
            : search.Search(repository.Store.Read(entry.Sha256!.Value, ObjectKind.Blob), visit);
    }

    private static ObjectId IdOf(TreeEntry entry) => entry.List?.Value ?? entry.Sha256!.Value;
}
