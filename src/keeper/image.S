# The images of the programs that jails execute, carried by the programs that start jails.
        .section .rodata
        .globl cellblock_keeper_begin, cellblock_keeper_end, cellblock_usher_begin, cellblock_usher_end
        .balign 16
cellblock_keeper_begin:
        .incbin KEEPER_IMAGE
cellblock_keeper_end:
        .balign 16
cellblock_usher_begin:
        .incbin USHER_IMAGE
cellblock_usher_end:
        .section .note.GNU-stack,"",@progbits
