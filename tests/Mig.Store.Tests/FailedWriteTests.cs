using System.Runtime.ExceptionServices;
using Mig.Core;
using Mig.Core.Host;
using Mig.Store.Exchange;
using Mig.Testing;

namespace Mig.Store.Tests;

/// <summary>A writer whose write failed is dead: nothing partly written gets a name, whatever its owner does next.</summary>
public sealed class FailedWriteTests : IDisposable
{
    private static readonly StoreOptions Small =
        StoreOptions.Default with { WindowSize = 20_000, MaxPackSize = 40_000, ContentFrameSize = 10_000, Parallelism = 2 };

    private readonly StoreFolder _folder = new();
    private readonly List<byte[]> _blobs = [.. Enumerable.Range(0, 24).Select(i => ObjectTests.Noise(7000 + i))];

    // An owner that goes on as if nothing had happened is the worst there is.
    [Theory]
    [InlineData(Errno.NoSpace, false)]
    [InlineData(Errno.NoSpace, true)]
    [InlineData(Errno.InputOutput, false)]
    [InlineData(Errno.FileTooLarge, true)]
    public void AnObjectWriterThatIsUsedOnPublishesNothingMore(int error, bool lasts) => Loop(error, lasts, store =>
    {
        Exception? first = null;
        using ObjectWriter writer = store.BeginWrite(Small);
        foreach (byte[] blob in _blobs)
            GoOn(ref first, () => writer.AddBlob(new BlobId(ObjectId.Of(blob)), blob, default));
        GoOn(ref first, writer.EndContent);
        for (int i = 0; i < 3; i++)
        {
            bool wasDead = first is not null;
            Exception? last = Record.Exception(writer.Complete);
            Assert.True(last is not null || !wasDead, "it completed after a failure");
            first ??= last;
        }

        return first;
    });

    [Theory]
    [InlineData(Errno.NoSpace, false)]
    [InlineData(Errno.NoSpace, true)]
    [InlineData(Errno.InputOutput, false)]
    [InlineData(Errno.QuotaUsedUp, true)]
    public void AReceiverThatIsUsedOnPublishesNothingMore(int error, bool lasts)
    {
        using var source = new StoreFolder();
        using ObjectStore from = source.Open();
        StoreFolder.Add(from, _blobs);
        List<ObjectId> ids = [.. _blobs.Select(blob => ObjectId.Of(blob))];
        Loop(error, lasts, store =>
        {
            Exception? first = null;
            using var receiver = new ContentReceiver(store, _ => true);
            Lock gate = new();
            FrameSender.Send(from, Small with { Parallelism = 1 }, ids.Take(12), FrameShare.All, Take);
            GoOn(ref first, () => receiver.Flush());
            FrameSender.Send(from, Small with { Parallelism = 1 }, ids.Skip(12), FrameShare.All, Take);
            bool wasDead = first is not null;
            Exception? last = Record.Exception(() => receiver.Flush());
            Assert.True(last is not null || !wasDead, "it flushed after a failure");
            return first ?? last;

            void Take(OutgoingFrame frame)
            {
                byte[] bytes = new byte[frame.Length];
                frame.CopyTo(bytes);
                lock (gate)
                    GoOn(ref first, () => receiver.Add(bytes));
            }
        });
    }

    [Fact]
    public void ATemporaryFileIsGoneAfterAWriteThatFailed()
    {
        string folder = Path.Combine(_folder.Path, "tmp"), target = Path.Combine(_folder.Packs, "target");
        using (FileFault.Install(_folder.Path, 2, Errno.InputOutput))
        {
            using var file = new TemporaryFile(folder, "pack");
            IOException e = Assert.Throws<IOException>(() => file.Write("abc"u8, 0));
            Assert.Empty(Directory.EnumerateFiles(folder));
            Assert.Same(e, Assert.Throws<IOException>(() => file.Write("abc"u8, 0)));
            Assert.Same(e, Assert.Throws<IOException>(file.Flush));
            Assert.Same(e, Assert.Throws<IOException>(() => file.Publish(target)));
        }

        Assert.False(File.Exists(target));
    }

    // Asking the kernel again says that all is well, although the pages are gone.
    [Fact]
    public void ASyncThatFailedIsNotAskedForAgain()
    {
        string target = Path.Combine(_folder.Packs, "target");
        using (FileFault.Install(_folder.Path, 1, Errno.InputOutput, counts: (step, _) => step == FileStep.Sync))
        {
            using var file = new TemporaryFile(Path.Combine(_folder.Path, "tmp"), "pack");
            file.Write("abc"u8, 0);
            Assert.Throws<IOException>(file.Flush);
            Assert.Throws<IOException>(file.Flush);
            Assert.Throws<IOException>(() => file.Publish(target));
        }

        Assert.False(File.Exists(target));
    }

    // Its names would be found, relied on, and gone after a crash.
    [Fact]
    public void NamesThatAreNotKnownToBeDurableGoAgain()
    {
        using ObjectStore store = _folder.Open();
        using (FileFault.Install(_folder.Path, 1, Errno.InputOutput, counts: (step, _) => step == FileStep.SyncFolder))
            Assert.Throws<IOException>(() => StoreFolder.Add(store, _blobs));
        Assert.Empty(Directory.EnumerateFiles(_folder.Packs));
        StoreFolder.Add(store, _blobs);
        ObjectTests.CheckIsClean(store);
    }

    public void Dispose() => _folder.Dispose();

    private void Loop(int error, bool lasts, Func<ObjectStore, Exception?> use)
    {
        for (int step = 1; ; step++)
        {
            using var folder = new StoreFolder();
            Exception? failure;
            long failures;
            using (ObjectStore store = folder.Open())
            using (var fault = FileFault.Install(folder.Path, step, error, lasts))
            {
                failure = null;
                failure = Record.Exception(() => failure = use(store)) ?? failure;
                failures = fault.Failures;
            }

            using ObjectStore again = folder.Open();
            again.RemoveStaleFiles();
            ObjectTests.CheckIsClean(again);
            Assert.Empty(again.Packs.Lost);
            foreach (byte[] blob in _blobs.Where(blob => again.Contains(ObjectId.Of(blob))))
                Assert.Equal(blob, again.Read(ObjectId.Of(blob), ObjectKind.Blob));
            StoreFolder.Add(again, _blobs);
            Assert.All(_blobs, blob => Assert.Equal(blob, again.Read(ObjectId.Of(blob), ObjectKind.Blob)));
            ObjectTests.CheckIsClean(again);
            if (failures == 0)
            {
                Assert.Null(failure);
                Assert.True(step > 10, $"{step} steps");
                return;
            }

            if (failure is not (null or IOException))
                ExceptionDispatchInfo.Throw(failure);
        }
    }

    private static void GoOn(ref Exception? first, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            first ??= e;
        }
    }
}
