using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Mig.Core;
using Mig.Disks;
using Mig.Exchange.Serving;
using Mig.Exchange.Traces;
using Mig.Images.Sessions;
using Mig.Nbd;
using Mig.Store;
using Mig.Versions.Commits;

namespace Mig.Exchange.Boots;

/// <summary>A machine that runs. Dispose it to switch it off, if it still does, and to let others have its session.</summary>
public sealed class BootedMachine : IDisposable
{
    private const long MostKernelBytes = 1L << 30;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan QuitPatience = TimeSpan.FromSeconds(10);

    private readonly Repository _repository;
    private readonly BootRequest _request;
    private readonly BootChoice _choice;
    private readonly OpenSession _session;
    private readonly BootWatch _watch;
    private readonly BootPlan _plan;
    private readonly QemuProgram _program;
    private readonly BootFolder _folder;
    private readonly NbdServer? _server;
    private readonly QemuProcess? _qemu;
    private volatile bool _isSwitchedOff;
    private bool _isReleased;
    private AttachedFile? _variables;

    // Owns the repository and the session.
    internal BootedMachine(Repository repository, BootRequest request, BootChoice choice, OpenSession session,
        BootWatch watch, BootPlan plan, QemuProgram program)
    {
        (_repository, _request, _choice, _session, _watch, _plan, _program) =
            (repository, request, choice, session, watch, plan, program);
        _folder = BootFolder.Create();
        try
        {
            WriteFiles();
            _server = NbdServer.Start(new NbdServerOptions
            {
                Listen = new NbdEndpoint(_folder.Disks, null),
                Exports = new SessionExports(session),
                Clock = TimeProvider.System,
                Warn = request.Say,
            });
            _qemu = new QemuProcess(
                program, QemuCommand.Build(plan, _folder, program.IsConfined), repository.Context.Environment, request.Say);
        }
        catch
        {
            _server?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _folder.Delete();
            throw;
        }
    }

    /// <summary>The session that it writes to.</summary>
    public string SessionName => _choice.Name;

    /// <summary>Whether that one ends with it.</summary>
    public bool IsThrownAway => _choice.IsThrownAway;

    /// <summary>What started it.</summary>
    public BootFirmware Firmware => _plan.Way.Firmware;

    /// <summary>Whether the processor runs it, not QEMU.</summary>
    public bool IsAccelerated => _plan.IsAccelerated;

    /// <summary>Bytes that the session held when it started.</summary>
    public long DirtyBytes => _choice.Existing?.DirtyBytes ?? 0;

    /// <summary>The version that the session stands on.</summary>
    public CommitId Base => _choice.Base;

    /// <summary>What the machine reads from its serial line.</summary>
    public Stream ConsoleInput => _qemu!.Process.StandardInput.BaseStream;

    /// <summary>What the machine writes to its serial line; ends when it does.</summary>
    public Stream ConsoleOutput => _qemu!.Process.StandardOutput.BaseStream;

    /// <summary>
    /// Returns the trace of what it has read so far, with <see cref="BootRequest.IsRecorded"/>; from then on no more is noted.
    /// </summary>
    public BootTrace TakeTrace() => _watch.TakeTrace();

    /// <summary>Switches it off at once.</summary>
    public void SwitchOff()
    {
        _isSwitchedOff = true;
        _qemu!.Kill();
    }

    /// <summary>Waits until it has ended, and everything that it wrote is durable.</summary>
    /// <param name="powerDown">Asks it to power down; when it has not after <see cref="BootRequest.Grace"/>, it is switched off.</param>
    /// <exception cref="UnsupportedFeatureException">QEMU failed; has its last words.</exception>
    public BootEnd Wait(CancellationToken powerDown = default)
    {
        CommitResult? suspended = null;
        (long Read, long Stored)? counted = null;
        ExceptionDispatchInfo? fault = null;
        using (QemuMonitor? monitor = QemuMonitor.Connect(_folder.Monitor, () => _qemu!.IsOver || powerDown.IsCancellationRequested))
        {
            if (_plan.Suspended is not null && monitor is not null)
                fault = Try("the suspended machine does not go on; --cold starts it afresh", () => Resume(monitor, powerDown));
            while (fault is null && !_qemu!.Wait(Look) && !powerDown.IsCancellationRequested)
            {
                // Neither has it ended, nor is it to.
            }

            bool goesOn = fault is null;
            if (goesOn && _request.Suspends && powerDown.IsCancellationRequested && monitor is not null && !_qemu!.IsOver)
            {
                counted = _watch.Count(); // what the commit reads, the machine does not
                fault = Try("the machine could not be suspended, so it is to power down", () => suspended = Suspend(monitor));
            }

            End(monitor, suspended is not null || !goesOn);
            _isSwitchedOff |= suspended is null && monitor?.Reason?.StartsWith("host-", StringComparison.Ordinal) == true;
        }

        (long read, long stored) = counted ?? _watch.Count();
        Release();
        fault?.Throw();
        int code = _qemu!.Process.ExitCode;
        if (code != 0 && !_isSwitchedOff)
        {
            string words = _qemu.LastWords is { Length: > 0 } last ? $": {last}" : "";
            throw new UnsupportedFeatureException(
                "what the machine is made of", $"QEMU ended with {code}{words}; 'mig boot --dry-run' shows its command");
        }

        return new BootEnd(!_isSwitchedOff, read, stored, _watch.ReplayedBytes) { Suspended = suspended };
    }

    private ExceptionDispatchInfo? Try(string meaning, Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is MigException or IOException or UnauthorizedAccessException or SocketException
            or OperationCanceledException)
        {
            _request.Say(meaning);
            return ExceptionDispatchInfo.Capture(e);
        }
    }

    // isNow: its state is elsewhere, or is none, so it need not power down.
    private void End(QemuMonitor? monitor, bool isNow)
    {
        if (isNow)
            monitor?.Quit();
        else
            monitor?.PowerDown();
        if (!_qemu!.Wait(monitor is null ? TimeSpan.Zero : isNow ? QuitPatience : _request.Grace))
        {
            _isSwitchedOff = !isNow;
            monitor?.Quit();
            if (!_qemu.Wait(monitor is null ? TimeSpan.Zero : QuitPatience))
                _qemu.Kill();
        }

        _qemu.Wait(Timeout.InfiniteTimeSpan);
        monitor?.Finish(QuitPatience);
    }

    private void Resume(QemuMonitor monitor, CancellationToken stop)
    {
        _request.Say("the machine goes on where it was suspended; QEMU takes its memory as the version has it");
        MachineMemory.Load(monitor, _folder.Memory,
            stream => new Suspensions(_repository).CopyMemory(_session.Image, stream, stop), () => _qemu!.IsOver, stop);
    }

    // It stands still, and ends only when the version is there; else it goes on.
    private CommitResult Suspend(QemuMonitor monitor)
    {
        string machine = FindMachine(monitor);
        monitor.Execute("stop");
        try
        {
            using FileSource memory = MachineMemory.Save(
                monitor, _folder.Memory, Path.Combine(_repository.Folder, ObjectStore.TemporaryFolder), () => _qemu!.IsOver);
            var state = new SuspendedMachine(_program.Version, machine, _plan.Architecture.Name, _plan.IsAccelerated,
                ProcessorModel.Of(_plan.IsAccelerated), _plan.Processors, _plan.MemoryMegabytes, _plan.Way.Firmware, _plan.Bus,
                _plan.HasNetwork, _plan.HasScreen, []);
            IReadOnlyList<AttachedFile> attached = Suspensions.Attach(state, memory);
            return new SessionCommit(_repository).Run(_session, new CommitRequest
            {
                Disks = [],
                Message = _request.SuspendMessage,
                Attach = _plan.Firmware is null ? attached
                    : [.. attached, new AttachedFile(BootVariables.Name, "") { Content = File.ReadAllBytes(_folder.Variables) }],
            }, CancellationToken.None);
        }
        catch when (!_qemu!.IsOver)
        {
            monitor.Execute("cont");
            throw;
        }
    }

    // The name without a version means another machine in another QEMU.
    private string FindMachine(QemuMonitor monitor)
    {
        if (_plan.Suspended is { } before)
            return before.Machine;
        foreach (JsonElement item in monitor.Execute("query-machines").EnumerateArray())
        {
            if (item.TryGetProperty("alias", out JsonElement alias) && alias.ValueEquals(_plan.Machine))
                return item.GetProperty("name").GetString()!;
        }

        return _plan.Machine;
    }

    /// <summary>
    /// Makes a version of what it wrote, on the branch of its session; called when it has ended. Variables of UEFI that it began with an
    /// attachment of the version become one again.
    /// </summary>
    /// <exception cref="ConflictException">Somebody works with the session, or its branch moved meanwhile.</exception>
    public CommitResult Commit(string message, CancellationToken cancellation = default) => _repository.Sessions.Commit(
        SessionName, new CommitRequest { Disks = [], Message = message, Attach = _variables is { } file ? [file] : [] }, cancellation);

    public void Dispose()
    {
        _qemu!.Dispose();
        Release();
        if (_choice.IsThrownAway)
            Discard();
        _repository.Dispose();
    }

    // What was written is durable, and others may have the session; the counters can still be asked.
    private void Release()
    {
        if (_isReleased)
            return;
        _isReleased = true;
        _watch.Dispose();
        _server!.DisposeAsync().AsTask().GetAwaiter().GetResult();
        try
        {
            _session.Flush();
            if (_plan.Firmware is not null && BootVariables.Find(_repository, _session.Image) is not null)
                _variables = new AttachedFile(BootVariables.Name, "") { Content = File.ReadAllBytes(_folder.Variables) };
        }
        finally
        {
            _session.Dispose();
            _folder.Delete();
        }
    }

    private void Discard()
    {
        try
        {
            _repository.Sessions.Discard(_choice.Name);
        }
        catch (Exception e) when (e is IOException or MigException)
        {
            _request.Say($"session '{_choice.Name}' is left over: {e.Message}");
        }
    }

    private void WriteFiles()
    {
        if (_plan.Firmware is { } firmware)
            BootVariables.Write(_repository, _session.Image, firmware, _folder.Variables);
        if (_plan.Way.Kernel is not { } kernel)
            return;
        using VolumeFiles files = VolumeFiles.Open(new SubSource(_session.Disks[_plan.Way.Disk], kernel.Volume), _repository.Context.Limits)
            ?? throw new UnsupportedFeatureException("starting this version", "the volume with its kernel cannot be read any more");
        files.Copy(kernel.Node, kernel.Name, _folder.Kernel, MostKernelBytes);
        if (kernel.InitrdName is { } initrd)
            files.Copy(kernel.InitrdNode, initrd, _folder.Initrd, MostKernelBytes);
    }
}
