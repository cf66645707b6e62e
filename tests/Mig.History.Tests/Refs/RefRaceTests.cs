using System.Diagnostics;
using System.Globalization;
using Mig.Core;
using Mig.History.Refs;
using Mig.History.Tests.Commits;
using Mig.History.Tests.Judges;
using Mig.Store.Locks;

namespace Mig.History.Tests.Refs;

public sealed class RefRaceTests : IDisposable
{
    private const string FolderVariable = "MIG_TEST_RACE_FOLDER";
    private static readonly RefName Counter = RefName.Branch("counter");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The work of a child process; in an ordinary run there is nothing to do.</summary>
    [Fact]
    public void Child()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { } folder)
            return;
        var refs = new RefStore(folder);
        int count = int.Parse(Environment.GetEnvironmentVariable("MIG_TEST_RACE_COUNT")!, CultureInfo.InvariantCulture);
        for (int i = 0; i < count; i++)
            Increment(refs);
    }

    [Fact]
    public async Task A_thousand_updates_by_processes_and_threads_are_all_counted()
    {
        RefStore refs = RefStore.Initialize(_folder.Path, RefName.Branch("main"));
        refs.Update(Counter, default(ObjectId), Numbered(0), Samples.Who, "0");
        using Process first = StartChild(250);
        using Process second = StartChild(250);
        Task[] threads = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 250; i++)
                Increment(new RefStore(_folder.Path));
        }))];
        await Task.WhenAll(threads);
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        await second.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Equal(1000, NumberOf(refs.Resolve(Counter)!.Value));
        Assert.Equal(Enumerable.Range(0, 1001).Reverse().Select(Numbered), refs.ReadLog(Counter).Select(l => l.After));
    }

    [Fact]
    public async Task Of_simultaneous_updates_exactly_one_wins()
    {
        RefStore refs = RefStore.Initialize(_folder.Path, RefName.Branch("main"));
        for (int round = 0; round < 50; round++)
        {
            RefName name = RefName.Branch($"deep/er/{round}");
            bool[] won = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => Task.Run(() => TryCreate(refs, name, Numbered(i)))));
            Assert.Single(won, true);
            int winner = Array.IndexOf(won, true);
            Assert.Equal(Numbered(winner + 1), refs.Resolve(name));
            refs.Delete(name, null, Samples.Who, ""); // the folders go and come again
        }
    }

    [Fact]
    public async Task Names_that_exclude_each_other_never_both_exist()
    {
        RefStore refs = RefStore.Initialize(_folder.Path, RefName.Branch("main"));
        for (int round = 0; round < 50; round++)
        {
            RefName[] names = [RefName.Branch("a"), RefName.Branch("a/b"), RefName.Branch("a/b/c")];
            bool[] won = await Task.WhenAll(names.Select(name => Task.Run(() => TryCreate(refs, name, Numbered(1)))));
            Assert.Single(won, true);
            refs.Delete(Assert.Single(refs.List()).Name, null, Samples.Who, "");
        }
    }

    [Fact]
    public void Readers_see_old_or_new_never_half()
    {
        RefStore refs = RefStore.Initialize(_folder.Path, RefName.Branch("main"));
        refs.Update(Counter, null, Numbered(0), Samples.Who, "");
        using Process child = StartChild(100);
        int last = 0;
        while (!child.HasExited)
        {
            int now = NumberOf(refs.Resolve(Counter)!.Value);
            Assert.True(now >= last);
            last = now;
            _ = refs.ReadLog(Counter);
            _ = refs.List();
        }

        Assert.Equal(100, NumberOf(refs.Resolve(Counter)!.Value));
    }

    [Fact]
    public void Killed_processes_leave_nothing_locked_and_nothing_torn()
    {
        RefStore refs = RefStore.Initialize(_folder.Path, RefName.Branch("main"));
        refs.Update(Counter, null, Numbered(0), Samples.Who, "");
        var random = new Random(11);
        for (int round = 0; round < 12; round++)
        {
            int before = NumberOf(refs.Resolve(Counter)!.Value);
            using Process child = StartChild(1_000_000);
            while (NumberOf(refs.Resolve(Counter)!.Value) == before)
                Thread.Sleep(1);
            Thread.Sleep(random.Next(8));
            child.Kill();
            child.WaitForExit();

            // At once, without patience: the lock went with the process.
            new RefStore(_folder.Path, TimeSpan.FromSeconds(5))
                .Update(Counter, refs.Resolve(Counter), Numbered(NumberOf(refs.Resolve(Counter)!.Value) + 1), Samples.Who, "after");
            IReadOnlyList<ReflogEntry> log = refs.ReadLog(Counter);
            Assert.Equal(refs.Resolve(Counter), log[0].After);

            // Killed between log and ref, a move may be logged that was then made again.
            Assert.All(log.Zip(log.Skip(1)), pair =>
                Assert.True(pair.First.Before == pair.Second.After || pair.First.Before == pair.Second.Before));
        }
    }

    [Fact]
    public void A_lock_file_without_a_holder_stops_nobody()
    {
        RefStore refs = RefStore.Initialize(_folder.Path, RefName.Branch("main"));

        // By another program: a child that some other test is just starting may share our lock until it runs its own.
        Mig.Testing.Tool.Run("sh", "-c",
            $"echo process 1 on elsewhere >'{_folder["locks/refs"]}'; echo debris >'{_folder["locks/ref-0.new"]}'");
        refs.Update(Counter, null, Numbered(1), Samples.Who, "");
        Assert.Equal(Numbered(1), refs.Resolve(Counter));
    }

    [Fact]
    public void A_held_lock_is_reported_with_its_holder()
    {
        _ = RefStore.Initialize(_folder.Path, RefName.Branch("main"));
        using (FileLock.Acquire(_folder["locks/refs"], "test", TimeSpan.Zero))
        {
            var hasty = new RefStore(_folder.Path, TimeSpan.FromMilliseconds(50));
            ConflictException e = Assert.Throws<ConflictException>(() => hasty.Update(Counter, null, Numbered(1), Samples.Who, ""));
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on "), e.Message,
                StringComparison.Ordinal);
            Assert.Contains("locks/refs", e.Message, StringComparison.Ordinal);
        }

        // A child that another test is just starting may share the lock until it runs its own program.
        new RefStore(_folder.Path, TimeSpan.FromSeconds(10)).Update(Counter, null, Numbered(1), Samples.Who, "");
    }

    [Fact]
    public async Task A_lock_file_that_goes_away_still_excludes()
    {
        string path = _folder["some.lock"];
        int inside = 0;
        int entered = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                using FileLock gate = FileLock.Acquire(path, "test", TimeSpan.FromMinutes(1), remove: true);
                Assert.Equal(1, Interlocked.Increment(ref inside));
                entered++;
                _ = Interlocked.Decrement(ref inside);
            }
        })));
        Assert.Equal(800, entered);
        Assert.False(File.Exists(path));
    }

    private static ObjectId Numbered(int number)
    {
        byte[] bytes = new byte[ObjectId.Size];
        bytes[0] = 1;
        BitConverter.TryWriteBytes(bytes.AsSpan(4), number);
        return new ObjectId(bytes);
    }

    private static int NumberOf(ObjectId id) => BitConverter.ToInt32(id.ToArray(), 4);

    private static void Increment(RefStore refs)
    {
        while (true)
        {
            ObjectId now = refs.Resolve(Counter)!.Value;
            try
            {
                refs.Update(Counter, now, Numbered(NumberOf(now) + 1), Samples.Who, "+1");
                return;
            }
            catch (ConflictException e) when (e.Message.Contains(" moved from ", StringComparison.Ordinal))
            {
                // Someone was faster.
            }
        }
    }

    private static bool TryCreate(RefStore refs, RefName name, ObjectId id)
    {
        try
        {
            refs.Update(name, default(ObjectId), id, Samples.Who, "create");
            return true;
        }
        catch (ConflictException)
        {
            return false;
        }
    }

    private Process StartChild(int count)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-method", $"{typeof(RefRaceTests).FullName}.{nameof(Child)}"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[FolderVariable] = _folder.Path;
        start.Environment["MIG_TEST_RACE_COUNT"] = count.ToString(CultureInfo.InvariantCulture);
        Process child = Process.Start(start)!;
        child.OutputDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        return child;
    }
}
