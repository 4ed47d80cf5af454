# The keeper's program image, carried by the programs that start jails.
        .section .rodata
        .globl cellblock_keeper_begin, cellblock_keeper_end
        .balign 16
cellblock_keeper_begin:
        .incbin KEEPER_IMAGE
cellblock_keeper_end:
        .section .note.GNU-stack,"",@progbits
