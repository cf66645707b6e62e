using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Dpkg;
using Mig.Machines.Inventories.Rpm;
using Mig.Machines.Verification;

namespace Mig.Images.Verification;

/// <summary>
/// Finds contents by the MD5 or SHA-1 that package databases recorded of them. What a database says is only where to look: the content
/// itself must have the digest.
/// </summary>
internal sealed class RecordedContents(Repository repository)
{
    // Images whose databases are the same record the same.
    private static readonly string[] Databases = [DpkgDatabase.Folder, .. RpmDatabase.Folders, "lib/apk/db", "usr/lib/apk/db"];

    private readonly ImageBrowser _browser = new(repository);
    private readonly Dictionary<string, List<RecordedFile>> _recorded = [];

    /// <summary>Returns the SHA-256 of contents that have one of the digests.</summary>
    /// <param name="digests">MD5 and SHA-1, in lower case hexadecimal.</param>
    /// <param name="versions">Where to look.</param>
    /// <param name="coverage">Takes the versions that are damaged.</param>
    public IReadOnlySet<ObjectId> Find(IReadOnlySet<string> digests, IEnumerable<(VersionName Version, ImageId Image)> versions,
        AnswerCoverage coverage, CancellationToken cancellation)
    {
        var candidates = new Dictionary<DigestAlgorithm, Dictionary<ObjectId, TreeEntry>>();
        foreach ((VersionName version, ImageId image) in versions.DistinctBy(version => version.Image))
        {
            cancellation.ThrowIfCancellationRequested();
            coverage.Try(version, () => AddCandidates(image, digests, candidates, cancellation));
        }

        var found = new HashSet<ObjectId>();
        foreach ((DigestAlgorithm algorithm, Dictionary<ObjectId, TreeEntry> entries) in candidates)
            found.UnionWith(new ContentDigests(repository.Store, repository.Folder, repository.Context.Parallelism)
                .Compute(algorithm, entries.Values, cancellation).Where(item => digests.Contains(item.Value)).Select(item => item.Key));
        return found;
    }

    private void AddCandidates(ImageId id, IReadOnlySet<string> digests,
        Dictionary<DigestAlgorithm, Dictionary<ObjectId, TreeEntry>> candidates, CancellationToken cancellation)
    {
        MachineImage image = repository.Objects.ReadImage(id);
        if (_browser.FindDefaultVolume(image) is not { } system)
            return;
        var files = new MachineFiles(repository.Store, repository.Context.Parallelism, image, system);
        var directories = new MachineDirectories(files);
        foreach (RecordedFile record in Read(files, digests, cancellation))
        {
            if (directories.Find(record.Path)?.Entry is not { Type: TreeEntryType.File, Sha256: { } sha256 } entry)
                continue;
            if (!candidates.TryGetValue(record.Algorithm, out Dictionary<ObjectId, TreeEntry>? entries))
                candidates.Add(record.Algorithm, entries = []);
            entries[sha256] = entry;
        }
    }

    private List<RecordedFile> Read(MachineFiles files, IReadOnlySet<string> digests, CancellationToken cancellation)
    {
        string key = string.Join(' ', Databases.Select(path => files.Find(path)?.Entry.Tree.ToString() ?? "-"));
        if (_recorded.TryGetValue(key, out List<RecordedFile>? known))
            return known;
        var recorded = new List<RecordedFile>();
        var owned = new HashSet<string>();
        foreach (Action read in (Action[])[() => DpkgFiles.Read(files, recorded, owned, cancellation), () =>
            RpmFiles.Read(files, recorded, owned), () => ApkFiles.Read(files, recorded, owned)])
        {
            try
            {
                read();
            }
            catch (CorruptImageException e)
            {
                repository.Context.Notice($"a package database cannot be read, so its checksums are not searched: {e.Message}");
            }
        }

        return _recorded[key] = [.. recorded.Where(record => record.IsLink != true && digests.Contains(record.Digest))];
    }
}
