using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Authentication;
using Mig.Core;
using Mig.Nbd.Wire;

namespace Mig.Nbd.Serving;

/// <summary>Greets a client and answers its options until it has a disk. Holds no thread while the client is silent.</summary>
/// <param name="stream">The line.</param>
/// <param name="workers">Threads that may wait: for what a name means, and for lists.</param>
internal sealed class Handshake(NbdServerOptions options, Stream stream, NbdClient client, ReadWorkers workers) : IDisposable
{
    private const int OptionHeaderSize = 16;
    private const int ZeroesSize = 124;

    private static readonly byte[] Allocation = "base:allocation"u8.ToArray();

    private readonly bool _wantsTls = options.Certificate is not null && options.Listen.Path is null;
    private Stream _stream = stream;
    private NbdClient _client = client;
    private bool _isFixed;
    private bool _hasZeroes = true;
    private bool _isStructured;
    private string? _allocationOf;
    private (string Name, NbdExport Export)? _opened;

    /// <summary>Talks until the client has chosen.</summary>
    /// <returns>Null when it went without a disk, or does not speak as it must.</returns>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public async Task<ChosenDisk?> RunAsync(CancellationToken patience)
    {
        byte[] greeting = new byte[18];
        BinaryPrimitives.WriteUInt64BigEndian(greeting, NbdMagic.Server);
        BinaryPrimitives.WriteUInt64BigEndian(greeting.AsSpan(8), NbdMagic.Option);
        BinaryPrimitives.WriteUInt16BigEndian(greeting.AsSpan(16), (ushort)(NbdHandshakeFlags.FixedNewstyle | NbdHandshakeFlags.NoZeroes));
        await _stream.WriteAsync(greeting, patience).ConfigureAwait(false);
        byte[] header = new byte[OptionHeaderSize];
        await _stream.ReadExactlyAsync(header.AsMemory(0, 4), patience).ConfigureAwait(false);
        uint flags = BinaryPrimitives.ReadUInt32BigEndian(header);
        if ((flags & ~(uint)(NbdHandshakeFlags.FixedNewstyle | NbdHandshakeFlags.NoZeroes)) != 0)
            return null;
        _isFixed = (flags & (uint)NbdHandshakeFlags.FixedNewstyle) != 0;
        _hasZeroes = (flags & (uint)NbdHandshakeFlags.NoZeroes) == 0;
        while (true)
        {
            await _stream.ReadExactlyAsync(header, patience).ConfigureAwait(false);
            var option = (NbdOption)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
            uint length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
            if (BinaryPrimitives.ReadUInt64BigEndian(header) != NbdMagic.Option || length > NbdLimits.MaxSkippedOption
                || (!_isFixed && option != NbdOption.ExportName))
                return null;
            byte[]? data = await ReadDataAsync((int)length, patience).ConfigureAwait(false);
            if (option == NbdOption.Abort)
            {
                await SendAsync(OptionReply.Make(option, NbdOptionReply.Ack), patience).ConfigureAwait(false);
                return null;
            }

            if (option == NbdOption.ExportName)
                return data is null ? null : await ChooseAsync(data, patience).ConfigureAwait(false);
            if (data is null)
                await SendAsync(OptionReply.MakeError(option, NbdOptionReply.TooBig,
                    $"an option has at most {NbdLimits.MaxOption} bytes, this one has {length}"), patience).ConfigureAwait(false);
            else if (await AnswerAsync(option, data, patience).ConfigureAwait(false) is { } chosen)
                return chosen;
        }
    }

    /// <summary>Closes what was opened and not chosen.</summary>
    public void Dispose() => Forget();

    private async Task<ChosenDisk?> AnswerAsync(NbdOption option, byte[] data, CancellationToken patience)
    {
        if (_wantsTls && !_client.IsEncrypted && option != NbdOption.StartTls)
        {
            await SendAsync(OptionReply.MakeError(option, NbdOptionReply.TlsRequired, "this server wants TLS"), patience)
                .ConfigureAwait(false);
            return null;
        }

        switch (option)
        {
            case NbdOption.List or NbdOption.StartTls or NbdOption.StructuredReply when data.Length > 0:
                await SendAsync(OptionReply.MakeError(option, NbdOptionReply.Invalid, "nothing comes with this option"), patience)
                    .ConfigureAwait(false);
                return null;
            case NbdOption.List:
                await ListAsync(patience).ConfigureAwait(false);
                return null;
            case NbdOption.StartTls:
                await StartTlsAsync(patience).ConfigureAwait(false);
                return null;
            case NbdOption.Info or NbdOption.Go:
                return await InformAsync(option, data, patience).ConfigureAwait(false);
            case NbdOption.StructuredReply:
                _isStructured = true;
                await SendAsync(OptionReply.Make(option, NbdOptionReply.Ack), patience).ConfigureAwait(false);
                return null;
            case NbdOption.ListMetaContext or NbdOption.SetMetaContext:
                await SelectAsync(option, data, patience).ConfigureAwait(false);
                return null;
            default:
                await SendAsync(OptionReply.MakeError(option, NbdOptionReply.Unsupported, $"there is no option {(uint)option} here"),
                    patience).ConfigureAwait(false);
                return null;
        }
    }

    // Null when there is too much of it.
    private async Task<byte[]?> ReadDataAsync(int length, CancellationToken patience)
    {
        byte[] data = new byte[Math.Min(length, NbdLimits.MaxOption)];
        for (int left = length; left > 0; left -= Math.Min(left, NbdLimits.MaxOption))
            await _stream.ReadExactlyAsync(data.AsMemory(0, Math.Min(left, NbdLimits.MaxOption)), patience).ConfigureAwait(false);
        return length > NbdLimits.MaxOption ? null : data;
    }

    // The old way to choose, which has no answer but the line's end.
    private async Task<ChosenDisk?> ChooseAsync(byte[] data, CancellationToken patience)
    {
        if ((_wantsTls && !_client.IsEncrypted) || OptionData.TryReadName(data) is not { } name)
            return null;
        (NbdExport? export, _, _) = await OpenAsync(name).ConfigureAwait(false);
        if (export is null)
            return null;
        byte[] reply = new byte[10 + (_hasZeroes ? ZeroesSize : 0)];
        BinaryPrimitives.WriteInt64BigEndian(reply, export.Source.Length);
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(8), (ushort)RequestCheck.FlagsOf(export, _isStructured));
        await SendAsync(reply, patience).ConfigureAwait(false);
        return Choose(name, export);
    }

    private async Task<ChosenDisk?> InformAsync(NbdOption option, byte[] data, CancellationToken patience)
    {
        if (!OptionData.TryReadInfo(data, out string name, out HashSet<NbdInfo> wanted))
        {
            await SendAsync(OptionReply.MakeError(option, NbdOptionReply.Invalid, "a name and a list are needed"), patience)
                .ConfigureAwait(false);
            return null;
        }

        (NbdExport? export, NbdOptionReply fault, string reason) = await OpenAsync(name).ConfigureAwait(false);
        if (export is null)
        {
            await SendAsync(OptionReply.MakeError(option, fault, reason), patience).ConfigureAwait(false);
            return null;
        }

        await SendAsync(OptionReply.MakeExport(option, export.Source.Length, RequestCheck.FlagsOf(export, _isStructured)), patience)
            .ConfigureAwait(false);
        if (wanted.Contains(NbdInfo.Description))
            await SendAsync(OptionReply.MakeText(option, NbdInfo.Description, export.Description), patience).ConfigureAwait(false);
        if (wanted.Contains(NbdInfo.BlockSize))
            await SendAsync(OptionReply.MakeBlockSize(option), patience).ConfigureAwait(false);
        await SendAsync(OptionReply.Make(option, NbdOptionReply.Ack), patience).ConfigureAwait(false);
        return option == NbdOption.Go ? Choose(name, export) : null;
    }

    private async Task SelectAsync(NbdOption option, byte[] data, CancellationToken patience)
    {
        bool isSet = option == NbdOption.SetMetaContext;
        if (isSet)
            _allocationOf = null;
        if (!_isStructured || !OptionData.TryReadQueries(data, out string name, out List<string> queries))
        {
            await SendAsync(OptionReply.MakeError(option, NbdOptionReply.Invalid, _isStructured ? "a name and queries are needed"
                : "structured replies come first"), patience).ConfigureAwait(false);
            return;
        }

        (NbdExport? export, NbdOptionReply fault, string reason) = await OpenAsync(name).ConfigureAwait(false);
        if (export is null)
        {
            await SendAsync(OptionReply.MakeError(option, fault, reason), patience).ConfigureAwait(false);
            return;
        }

        if (queries.Contains("base:allocation") || (!isSet && (queries.Count == 0 || queries.Contains("base:"))))
        {
            await SendAsync(OptionReply.MakeContext(option, isSet ? NbdReply.AllocationContext : 0, Allocation), patience)
                .ConfigureAwait(false);
            if (isSet)
                _allocationOf = name;
        }

        await SendAsync(OptionReply.Make(option, NbdOptionReply.Ack), patience).ConfigureAwait(false);
    }

    private async Task ListAsync(CancellationToken patience)
    {
        try
        {
            NbdExportEntry[] entries = [];
            await workers.RunAsync(() => entries = [.. options.Exports.List(_client)]).ConfigureAwait(false);
            foreach (NbdExportEntry entry in entries)
                await SendAsync(OptionReply.MakeServer(entry), patience).ConfigureAwait(false);
            await SendAsync(OptionReply.Make(NbdOption.List, NbdOptionReply.Ack), patience).ConfigureAwait(false);
        }
        catch (MigException e)
        {
            if (e is not NbdRefusedException)
                options.Warn($"the list of disks: {e.Message}");
            await SendAsync(OptionReply.MakeError(NbdOption.List, NbdOptionReply.Policy, e is NbdRefusedException ? e.Message
                : "the server's log says why"), patience).ConfigureAwait(false);
        }
    }

    private async Task StartTlsAsync(CancellationToken patience)
    {
        if (_client.IsEncrypted || options.Certificate is not { } certificate)
        {
            await SendAsync(OptionReply.MakeError(NbdOption.StartTls, _client.IsEncrypted ? NbdOptionReply.Invalid : NbdOptionReply.Policy,
                _client.IsEncrypted ? "TLS is spoken already" : "this server has no certificate"), patience).ConfigureAwait(false);
            return;
        }

        await SendAsync(OptionReply.Make(NbdOption.StartTls, NbdOptionReply.Ack), patience).ConfigureAwait(false);
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate(), EnabledSslProtocols = SslProtocols.Tls12
                | SslProtocols.Tls13
            },
            patience).ConfigureAwait(false);

        // Nothing of what was said before counts: somebody else may have said it.
        _stream = tls;
        _client = _client with { IsEncrypted = true };
        _isStructured = false;
        _allocationOf = null;
        Forget();
    }

    // What was opened for INFO stays for GO, so that both say the same.
    private async Task<(NbdExport? Export, NbdOptionReply Fault, string Reason)> OpenAsync(string name)
    {
        if (_opened is { } opened && opened.Name == name)
            return (opened.Export, default, "");
        Forget();
        try
        {
            await workers.RunAsync(() => _opened = (name, options.Exports.Open(name, _client))).ConfigureAwait(false);
            return (_opened!.Value.Export, default, "");
        }
        catch (NotFoundException e)
        {
            return (null, NbdOptionReply.Unknown, e.Message);
        }
        catch (NbdRefusedException e)
        {
            return (null, NbdOptionReply.Policy, e.Message);
        }
        catch (Exception e) when (e is MigException or IOException or UnauthorizedAccessException)
        {
            options.Warn($"a disk cannot be opened: {e.Message}");
            return (null, NbdOptionReply.Unknown, "it cannot be opened; the server's log says why");
        }
    }

    private ChosenDisk Choose(string name, NbdExport export)
    {
        _opened = null;
        return new ChosenDisk(_stream, export, _isStructured, _allocationOf == name);
    }

    private void Forget()
    {
        _opened?.Export.Dispose();
        _opened = null;
    }

    private ValueTask SendAsync(byte[] message, CancellationToken patience) => _stream.WriteAsync(message, patience);
}
