using System.Buffers;
using Mig.Core;
using Mig.Core.Host;
using Mig.Nbd.Wire;

namespace Mig.Nbd.Serving;

/// <summary>
/// Answers the requests of one connection, several at once, each reply as it is done. What is in memory is sent by the thread that reads
/// the requests; all else is left to
/// <see cref="ReadWorkers"/>. So many requests are worked on at once; then no more are read until replies are taken.
/// </summary>
internal sealed class Transmission : IDisposable
{
    private const int MaxRequests = 16;
    private const int MaxWarnings = 10;
    private const string SeeLog = "the server could not do it; its log says why";

    // What a client says that it will read is brought to hand as far as it makes sense to.
    private const long MostCached = 64 << 20;

    private readonly ChosenDisk _disk;
    private readonly ReadWorkers _workers;
    private readonly BufferBudget _budget;
    private readonly Action<string> _warn;
    private readonly RequestCheck _check;
    private readonly RequestReader _requests;
    private readonly ReplyWriter _replies;
    private readonly ICachedSource? _cached;
    private readonly ReadAhead? _ahead;
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _slots = new(MaxRequests, MaxRequests);
    private readonly SemaphoreSlim _own = new(1, 1);
    private int _warnings;

    public Transmission(ChosenDisk disk, StallWatch watch, ReadWorkers workers, BufferBudget budget, Action<string> warn)
    {
        (_disk, _workers, _budget, _warn) = (disk, workers, budget, warn);
        _check = new RequestCheck(disk.Export, disk.IsStructured, disk.HasAllocation);
        _requests = new RequestReader(disk.Stream, watch);
        _replies = new ReplyWriter(disk.Stream, watch);
        _cached = disk.Export.Source as ICachedSource;
        _ahead = _cached is null ? null : new ReadAhead(_cached, workers);
    }

    public TransmissionTally Tally { get; } = new();

    /// <summary>Answers until the client goes, and all that was asked is answered.</summary>
    /// <returns>Why the connection ends, when the client did not go by itself.</returns>
    public async Task<string?> RunAsync()
    {
        try
        {
            while (true)
            {
                (NbdRequest? request, bool isFault) = await _requests.ReadAsync().ConfigureAwait(false);
                if (request is not { } next)
                    return isFault ? "it sent something else than a request" : null;
                if (next.Command == NbdCommand.Disconnect)
                    return null;
                Tally.AddRequest();
                if (!await BeginAsync(next).ConfigureAwait(false))
                    return "it went in the middle of a write";
            }
        }
        finally
        {
            // What is under way uses the buffers and the disk.
            await _over.CancelAsync().ConfigureAwait(false);
            for (int i = 0; i < MaxRequests; i++)
                await _slots.WaitAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _ahead?.Dispose();
        _requests.Dispose();
        _replies.Dispose();
        _over.Dispose();
        _slots.Dispose();
        _own.Dispose();
    }

    // False when the client is gone.
    private async ValueTask<bool> BeginAsync(NbdRequest request)
    {
        (NbdError error, string reason) = _check.Find(request);
        if (error != NbdError.None)
        {
            if (request.Command == NbdCommand.Write && (request.Length > NbdLimits.MaxPayload || !await _requests.SkipAsync(request.Length)
                .ConfigureAwait(false)))
                return false;
            await SendErrorAsync(request, error, reason).ConfigureAwait(false);
            return true;
        }

        switch (request.Command)
        {
            case NbdCommand.Read when request.Length == 0:
                await SendDataAsync(request, request.Offset, [], 0, isLast: true).ConfigureAwait(false);
                return true;
            case NbdCommand.Read:
                _ahead?.Note((long)request.Offset, (int)request.Length);
                if (await TrySendNowAsync(request).ConfigureAwait(false))
                    return true;
                break;
            case NbdCommand.Cache:
                Cache(request);
                await SendDoneAsync(request).ConfigureAwait(false);
                return true;
            case NbdCommand.Write:
                return await WriteAsync(request).ConfigureAwait(false);
        }

        await _slots.WaitAsync().ConfigureAwait(false);
        _ = WorkAsync(request);
        return true;
    }

    private async Task WorkAsync(NbdRequest request)
    {
        try
        {
            if (request.Command == NbdCommand.Read)
                await ReadAsync(request).ConfigureAwait(false);
            else
                await RunAsync(request).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client is gone, or the server stops; reading the next request says so, too.
        }
        finally
        {
            _slots.Release();
        }
    }

    // Warm reads need no other thread.
    private async ValueTask<bool> TrySendNowAsync(NbdRequest request)
    {
        if (_cached is null || request.Length > NbdLimits.Piece)
            return false;
        int length = (int)request.Length;
        int taken = await TakeAsync(length).ConfigureAwait(false);
        byte[] buffer = Rent(length);
        try
        {
            if (!_cached.TryRead((long)request.Offset, buffer.AsSpan(NbdReply.DataSize, length)))
                return false;
            await SendDataAsync(request, request.Offset, buffer, length, isLast: true).ConfigureAwait(false);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            Give(taken);
        }
    }

    private async Task ReadAsync(NbdRequest request)
    {
        // A simple reply says at its beginning whether it went well, so it is sent as one, and others wait for all of it.
        bool isOne = !_disk.IsStructured && request.Length > NbdLimits.Piece;
        bool hasBegun = false;
        int size = (int)Math.Min(request.Length, NbdLimits.Piece);
        int taken = await TakeAsync(size).ConfigureAwait(false);
        byte[] buffer = Rent(size);
        try
        {
            for (uint done = 0; done < request.Length;)
            {
                int length = (int)Math.Min(size, request.Length - done);
                long offset = (long)request.Offset + done;
                NbdError error = await TryAsync(() => _disk.Export.Source.ReadExactly(offset, buffer.AsSpan(NbdReply.DataSize, length)))
                    .ConfigureAwait(false);
                if (error != NbdError.None)
                {
                    if (hasBegun)
                        await _disk.Stream.DisposeAsync().ConfigureAwait(false); // there is no other way left to say so
                    else
                        await SendErrorAsync(request, error, SeeLog).ConfigureAwait(false);
                    return;
                }

                done += (uint)length;
                if (!isOne)
                {
                    await SendDataAsync(request, (ulong)offset, buffer, length, isLast: done == request.Length).ConfigureAwait(false);
                    continue;
                }

                if (!hasBegun)
                    await _replies.BeginAsync().ConfigureAwait(false);
                await _replies.ContinueAsync(hasBegun ? buffer.AsMemory(NbdReply.DataSize, length) : MakeSimple(request, buffer, length))
                    .ConfigureAwait(false);
                hasBegun = true;
                Tally.AddOut(length);
            }
        }
        finally
        {
            if (hasBegun)
                _replies.End();
            ArrayPool<byte>.Shared.Return(buffer);
            Give(taken);
        }
    }

    // What needs a thread, and answers in one message.
    private async Task RunAsync(NbdRequest request)
    {
        var range = new ByteRange((long)request.Offset, request.Length);
        List<(uint Length, bool IsStored)> extents = [];
        NbdError error = await TryAsync(() =>
        {
            switch (request.Command)
            {
                case NbdCommand.BlockStatus:
                    extents = Extents.List(_disk.Export.Source, range, request.Flags.HasFlag(NbdCommandFlags.ReqOne) ? 1
                        : NbdLimits.MaxExtents);
                    break;
                case NbdCommand.Trim or NbdCommand.WriteZeroes:
                    _disk.Export.Target!.Zero(range);
                    break;
            }

            if (request.Command == NbdCommand.Flush || request.Flags.HasFlag(NbdCommandFlags.Fua))
                _disk.Export.Target?.Flush();
        }).ConfigureAwait(false);
        if (error != NbdError.None)
            await SendErrorAsync(request, error, SeeLog).ConfigureAwait(false);
        else if (request.Command == NbdCommand.BlockStatus)
            await _replies.WriteAsync(NbdReply.MakeBlockStatus(request.Cookie, extents)).ConfigureAwait(false);
        else
            await SendDoneAsync(request).ConfigureAwait(false);
    }

    // Large ones in pieces, as they come: a disk may tear them, too. False when the client is gone.
    private async ValueTask<bool> WriteAsync(NbdRequest request)
    {
        if (request.Length > NbdLimits.MaxPayload)
            return false;
        int size = (int)Math.Min(request.Length, NbdLimits.Piece);
        int taken = await TakeAsync(size).ConfigureAwait(false);
        byte[] buffer = Rent(size);
        NbdError error = NbdError.None;
        try
        {
            for (uint done = 0; done < request.Length;)
            {
                int length = (int)Math.Min(size, request.Length - done);
                if (!await _requests.ReadAsync(buffer.AsMemory(0, length)).ConfigureAwait(false))
                    return false;
                long offset = (long)request.Offset + done;
                done += (uint)length;
                if (error == NbdError.None)
                    error = await TryAsync(() => _disk.Export.Target!.Write(offset, buffer.AsSpan(0, length))).ConfigureAwait(false);
                Tally.AddIn(length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            Give(taken);
        }

        if (error != NbdError.None)
        {
            await SendErrorAsync(request, error, SeeLog).ConfigureAwait(false);
        }
        else if (request.Flags.HasFlag(NbdCommandFlags.Fua))
        {
            await _slots.WaitAsync().ConfigureAwait(false);
            _ = WorkAsync(request with { Command = NbdCommand.Flush });
        }
        else
        {
            await SendDoneAsync(request).ConfigureAwait(false);
        }

        return true;
    }

    private void Cache(in NbdRequest request)
    {
        if (_cached is null)
            return;
        long end = (long)request.Offset + Math.Min(request.Length, MostCached);
        for (long offset = (long)request.Offset; offset < end; offset += ReadAhead.Least)
            _workers.Prepare(_cached, ByteRange.FromBounds(offset, Math.Min(end, offset + ReadAhead.Least)), _over.Token);
    }

    // Runs what may fail on this side: the client is told a number, the log the rest.
    private async Task<NbdError> TryAsync(Action work)
    {
        try
        {
            await _workers.RunAsync(work).ConfigureAwait(false);
            return NbdError.None;
        }
        catch (Exception e) when (e is not ObjectDisposedException)
        {
            if (Interlocked.Increment(ref _warnings) <= MaxWarnings)
                _warn($"{_disk.Export.Name}: "
                    + $"{(e is MigException or IOException or UnauthorizedAccessException ? e.Message : e.ToString())}");
            return HostFiles.IsFull(e) || e is IOException { HResult: Errno.FileTooLarge } ? NbdError.NoSpace : NbdError.InputOutput;
        }
    }

    private async ValueTask SendDataAsync(NbdRequest request, ulong offset, byte[] buffer, int length, bool isLast)
    {
        if (length == 0)
        {
            await SendDoneAsync(request).ConfigureAwait(false);
        }
        else if (!_disk.IsStructured)
        {
            await _replies.WriteAsync(MakeSimple(request, buffer, length)).ConfigureAwait(false);
        }
        else
        {
            for (int done = 0; done < length;)
                await _replies.WriteAsync(DataReply.Next(buffer, length, ref done, request, offset, isLast)).ConfigureAwait(false);
        }

        Tally.AddOut(length);
    }

    private async ValueTask SendDoneAsync(NbdRequest request)
    {
        byte[] reply = ArrayPool<byte>.Shared.Rent(NbdReply.SimpleSize);
        NbdReply.WriteSimple(reply, request.Cookie, NbdError.None);
        try
        {
            // What has no payload may be simple always, but the end of a read that has none.
            if (_disk.IsStructured && request.Command == NbdCommand.Read)
                await _replies.WriteAsync(NbdReply.MakeDone(request.Cookie)).ConfigureAwait(false);
            else
                await _replies.WriteAsync(reply.AsMemory(0, NbdReply.SimpleSize)).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(reply);
        }
    }

    private async ValueTask SendErrorAsync(NbdRequest request, NbdError error, string reason)
    {
        byte[] reply = new byte[NbdReply.SimpleSize];
        if (_disk.IsStructured)
            reply = NbdReply.MakeError(request.Cookie, error, reason);
        else
            NbdReply.WriteSimple(reply, request.Cookie, error);
        await _replies.WriteAsync(reply).ConfigureAwait(false);
    }

    private static Memory<byte> MakeSimple(in NbdRequest request, byte[] buffer, int length)
    {
        Memory<byte> reply = buffer.AsMemory(NbdReply.DataSize - NbdReply.SimpleSize, NbdReply.SimpleSize + length);
        NbdReply.WriteSimple(reply.Span, request.Cookie, NbdError.None);
        return reply;
    }

    private static byte[] Rent(int length) => ArrayPool<byte>.Shared.Rent(NbdReply.DataSize + Math.Max(length, NbdReply.HoleSize));

    // Of what all share, or else what is kept for this connection; says which by the number that is given back.
    private async ValueTask<int> TakeAsync(int bytes)
    {
        bytes = Math.Max(1, bytes);
        if (_budget.TryTake(bytes))
            return bytes;
        await _own.WaitAsync().ConfigureAwait(false);
        return 0;
    }

    private void Give(int taken)
    {
        if (taken > 0)
            _budget.Give(taken);
        else
            _own.Release();
    }
}
