using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mig.Testing;

namespace Mig.Nbd.Tests;

/// <summary>What is said before a client has a disk (NBD protocol, "Handshake").</summary>
public sealed class HandshakeTests
{
    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    public async Task The_old_way_to_choose_gives_length_and_flags(uint flags)
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Greet(flags);
        line.Option(NbdLine.ExportName, Encoding.UTF8.GetBytes("disk"));
        byte[] reply = line.Take(10);
        Assert.Equal(server.Content.Length, BinaryPrimitives.ReadInt64BigEndian(reply));
        Assert.Equal(0x503, BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(8))); // read-only, several connections, cache
        if (flags == 0)
            Assert.All(line.Take(124), value => Assert.Equal(0, value));
        line.Send(NbdLine.Request(NbdLine.Read, 0, 512));
        Assert.Equal((-1, true, 1UL), (line.TakeChunk() is var chunk ? (chunk.Type, chunk.IsDone, chunk.Cookie) : default));
        Assert.Equal(server.Content[..512], line.Take(512));
    }

    [Fact]
    public async Task Flags_that_the_server_did_not_say_end_the_line()
    {
        await using var server = new TestServer();
        foreach (uint flags in (uint[])[4, 0x80000000, 0x47455420])
        {
            using NbdLine line = server.Connect().Greet(flags);
            Assert.True(line.IsClosed());
        }
    }

    [Fact]
    public async Task Without_fixed_newstyle_there_is_one_option()
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Greet(0);
        line.Option(NbdLine.List, []);
        Assert.True(line.IsClosed());
    }

    [Fact]
    public async Task The_list_has_every_disk_with_what_it_is()
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Greet();
        line.Option(NbdLine.List, []);
        (uint type, byte[] payload) = line.TakeReply();
        Assert.Equal(NbdLine.Server, type);
        Assert.Equal([.. NbdLine.Text("disk"), .. "the disk disk"u8], payload);
        Assert.Equal([NbdLine.Server, NbdLine.Server, NbdLine.Ack], [line.TakeReply().Type, line.TakeReply().Type, line.TakeReply().Type]);
        line.Option(NbdLine.List, [0]);
        Assert.Equal(NbdLine.Invalid, line.TakeReply().Type);
    }

    [Fact]
    public async Task Info_tells_what_was_asked_for_and_go_goes_on()
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Greet();
        foreach (uint option in (uint[])[NbdLine.Info, NbdLine.Go])
        {
            line.Option(option, NbdLine.Named("disk", 2, 3, 99));
            Assert.Equal([0, 0, .. Number(server.Content.Length), 5, 3], line.TakeReply().Payload);
            Assert.Equal([0, 2, .. "the disk disk"u8], line.TakeReply().Payload);
            Assert.Equal([0, 3, 0, 0, 0, 1, 0, 0, 16, 0, 2, 0, 0, 0], line.TakeReply().Payload);
            Assert.Equal(NbdLine.Ack, line.TakeReply().Type);
        }

        line.Send(NbdLine.Request(NbdLine.Read, 512, 512));
        line.TakeChunk();
        Assert.Equal(server.Content[512..1024], line.Take(512));

        static byte[] Number(long number) => [.. BitConverter.GetBytes(number).Reverse()];
    }

    [Fact]
    public async Task What_is_not_there_or_not_allowed_is_told_apart()
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Greet();
        line.Option(NbdLine.Go, NbdLine.Named("none"));
        (uint type, byte[] message) = line.TakeReply();
        Assert.Equal((NbdLine.Unknown, "there is no disk 'none' here"), (type, Encoding.UTF8.GetString(message)));
        line.Option(NbdLine.Go, NbdLine.Named("forbidden"));
        Assert.Equal(NbdLine.Policy, line.TakeReply().Type);
        line.Option(77, [1, 2, 3]);
        Assert.Equal(NbdLine.Unsupported, line.TakeReply().Type);
        line.Option(NbdLine.StartTls, []);
        Assert.Equal(NbdLine.Policy, line.TakeReply().Type);
        line.Option(NbdLine.ExportName, "none"u8.ToArray());
        Assert.True(line.IsClosed());
    }

    [Fact]
    public async Task Options_that_break_their_form_are_refused_and_the_line_goes_on()
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Greet();
        line.Option(NbdLine.Structured, []);
        Assert.Equal(NbdLine.Ack, line.TakeReply().Type);
        byte[][] infos = [[], [0, 0, 0, 4], [0, 0, 0, 5, (byte)'d', (byte)'i', 0, 0], [255, 255, 255, 255, 0, 0], NbdLine.Named("a\0b"),
            [0, 0, 0, 1, 0xFF, 0, 0], [.. NbdLine.Named("disk", 1), 0], NbdLine.Named(new string('n', 4097))];
        foreach (byte[] data in infos)
        {
            line.Option(NbdLine.Go, data);
            Assert.Equal(NbdLine.Invalid, line.TakeReply().Type);
        }

        foreach (byte[] data in (byte[][])[[], NbdLine.Text("disk"), [.. NbdLine.Text("disk"), 255, 255, 255, 255],
            [.. NbdLine.Text("disk"), 0, 0, 0, 1, 0, 0, 0, 9, 1], [.. NbdLine.Queries("disk"), 0]])
        {
            line.Option(NbdLine.SetContext, data);
            Assert.Equal(NbdLine.Invalid, line.TakeReply().Type);
        }

        line.Option(NbdLine.Structured, [1]);
        Assert.Equal(NbdLine.Invalid, line.TakeReply().Type);
        line.Option(99, new byte[100_000]);
        Assert.Equal(NbdLine.TooBig, line.TakeReply().Type);
        line.Option(NbdLine.Info, NbdLine.Named("disk"));
        Assert.Equal([NbdLine.InfoReply, NbdLine.Ack], [line.TakeReply().Type, line.TakeReply().Type]);
        line.Option(NbdLine.Abort, [1, 2]);
        Assert.Equal(NbdLine.Ack, line.TakeReply().Type);
        Assert.True(line.IsClosed());
    }

    [Fact]
    public async Task Contexts_are_listed_and_chosen_for_one_disk()
    {
        await using var server = new TestServer();
        using NbdLine line = server.Connect().Greet();
        line.Option(NbdLine.SetContext, NbdLine.Queries("disk", "base:allocation"));
        Assert.Equal(NbdLine.Invalid, line.TakeReply().Type); // structured replies come first
        line.Option(NbdLine.Structured, []);
        Assert.Equal(NbdLine.Ack, line.TakeReply().Type);
        foreach (string[] queries in (string[][])[[], ["base:"], ["qemu:dirty-bitmap:x", "base:allocation"]])
        {
            line.Option(NbdLine.ListContext, NbdLine.Queries("disk", queries));
            Assert.Equal([0, 0, 0, 0, .. "base:allocation"u8], line.TakeReply().Payload);
            Assert.Equal(NbdLine.Ack, line.TakeReply().Type);
        }

        line.Option(NbdLine.SetContext, NbdLine.Queries("disk", "base:", "other:x", "base:unknown"));
        Assert.Equal(NbdLine.Ack, line.TakeReply().Type);
        line.Option(NbdLine.SetContext, NbdLine.Queries("none", "base:allocation"));
        Assert.Equal(NbdLine.Unknown, line.TakeReply().Type);

        // Chosen for another disk, it does not count for this one.
        line.Option(NbdLine.SetContext, NbdLine.Queries("empty", "base:allocation"));
        Assert.Equal([NbdLine.ContextReply, NbdLine.Ack], [line.TakeReply().Type, line.TakeReply().Type]);
        line.Option(NbdLine.Go, NbdLine.Named("disk"));
        Assert.Equal([NbdLine.InfoReply, NbdLine.Ack], [line.TakeReply().Type, line.TakeReply().Type]);
        line.Send(NbdLine.Request(NbdLine.BlockStatus, 0, 4096));
        Assert.Equal(22u, BinaryPrimitives.ReadUInt32BigEndian(line.TakeChunk().Payload));
    }

    [Fact]
    public async Task Where_there_is_a_certificate_other_machines_must_use_it()
    {
        using var key = RSA.Create(2048);
        using X509Certificate2 made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        var context = SslStreamCertificateContext.Create(certificate, null, offline: true);
        await using var server = new TestServer(options => options with { Certificate = () => context }, isTcp: true);
        using (NbdLine line = server.Connect().Greet())
        {
            foreach (uint option in (uint[])[NbdLine.List, NbdLine.Structured, NbdLine.Go, NbdLine.Info, 99])
            {
                line.Option(option, option is NbdLine.Go or NbdLine.Info ? NbdLine.Named("disk") : []);
                Assert.Equal(NbdLine.TlsRequired, line.TakeReply().Type);
            }

            line.Option(NbdLine.ExportName, "disk"u8.ToArray());
            Assert.True(line.IsClosed());
        }

        using (NbdLine line = server.Connect().Greet())
        {
            line.Option(NbdLine.StartTls, []);
            Assert.Equal(NbdLine.Ack, line.TakeReply().Type);
            var tls = new SslStream(line.Stream, false, (_, seen, _, _) => seen?.GetCertHashString() == certificate.Thumbprint);
            await tls.AuthenticateAsClientAsync("localhost");
            line.Stream = tls;
            line.Option(NbdLine.StartTls, []);
            Assert.Equal(NbdLine.Invalid, line.TakeReply().Type);
            line.Option(NbdLine.Go, NbdLine.Named("disk"));
            Assert.Equal([NbdLine.InfoReply, NbdLine.Ack], [line.TakeReply().Type, line.TakeReply().Type]);
            line.Send(NbdLine.Request(NbdLine.Read, 100, 1 << 20));
            line.TakeChunk();
            Assert.Equal(server.Content[100..(100 + (1 << 20))], line.Take(1 << 20));
        }

        server.WaitUntilIdle();
    }
}
